// A clock that counts, for telling operators apart. See operator_clock.c.
#ifndef CLOFORMER_OPERATOR_CLOCK_H
#define CLOFORMER_OPERATOR_CLOCK_H

#ifdef __cplusplus
extern "C"
#endif
    // Make the next mark for instruction_counter.c and return its number; 0, and no mark, before the first inference.
    long operator_clock_tick(void);

#endif
