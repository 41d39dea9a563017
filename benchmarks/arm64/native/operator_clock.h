// A clock that counts its readings, to distinguish operators. See operator_clock.c.
#ifndef CLOFORMER_OPERATOR_CLOCK_H
#define CLOFORMER_OPERATOR_CLOCK_H

#ifdef __cplusplus
extern "C"
#endif
    // Makes the next mark for instruction_counter.c and returns its number; before the first inference only returns 0.
    long operator_clock_tick(void);

#endif
