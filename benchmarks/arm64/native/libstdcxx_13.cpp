// Two things of GCC 13's libstdc++ that the wheels were built against and that Debian 12's (GCC 12) lacks.
#include <cstdlib>
#include <cstring>
#include <iostream>

// Programs of GCC 13 call this to have std::cout and its like constructed; before, each translation unit does it.
extern "C" void cloformer_ios_init() __asm__("_ZSt21ios_base_library_initv");
void cloformer_ios_init() { static const std::ios_base::Init streams; }

// std::string::_M_replace_cold: replaces `old_length` characters at `at` by `text`, which may lie within the string
// itself; `tail` characters follow them, and the string has room.
extern "C" void cloformer_replace_cold(std::string *self, char *at, size_t old_length, const char *text,
                                       size_t new_length, size_t tail)
    __asm__("_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm");
void cloformer_replace_cold(std::string *, char *at, size_t old_length, const char *text, size_t new_length,
                            size_t tail) {
  const std::string copy(text, new_length);
  if (tail && old_length != new_length) std::memmove(at + new_length, at + old_length, tail);
  std::memcpy(at, copy.data(), new_length);
}
