// Under sanitizers a test takes ten times as long. What does the same many times over does it less often there; the
// full number is for the build that is shipped. They are the builds without NDEBUG (tools/check).
#ifndef LEDGERLINE_TESTS_UNDER_SANITIZERS_H_
#define LEDGERLINE_TESTS_UNDER_SANITIZERS_H_

namespace ledgerline {

#ifdef NDEBUG
inline constexpr bool kUnderSanitizers = false;
#else
inline constexpr bool kUnderSanitizers = true;
#endif

}  // namespace ledgerline

#endif  // LEDGERLINE_TESTS_UNDER_SANITIZERS_H_
