// What OpenSSL does on this machine at best, measured in this process through EVP as `openssl speed` does: the limits
// that the journal's figures stand beside.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_HARDWARE_LIMITS_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_HARDWARE_LIMITS_H_

#include <cstddef>

namespace ledgerline::bench {

// Ed25519 verifications per second of `threads` threads together, of messages of `message_bytes`; the key is parsed
// once a thread.
double Ed25519VerifyRate(size_t threads, size_t message_bytes);
// SHA-256 hashes per second of `threads` threads together, of inputs of `input_bytes`.
double Sha256Rate(size_t threads, size_t input_bytes);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_HARDWARE_LIMITS_H_
