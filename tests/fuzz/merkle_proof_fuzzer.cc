// Inclusion and consistency proofs against a second implementation: the recursive definitions of RFC 6962 section 2.1.1
// and 2.1.2 read backwards, over arbitrary sizes, indices and proof lengths. Also the text form, C2SP tlog-proof.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "crypto/merkle.h"
#include "ledger/journal/tlog_proof.h"

using namespace ledgerline;
using crypto::NodeHash;

namespace {

using Hashes = std::span<const Hash256>;

// The root over n leaves of which leaf m has this hash; nothing if the proof's length does not fit.
std::optional<Hash256> RecursiveRoot(const Hash256& leaf, uint64_t m, uint64_t n, Hashes proof) {
  if (n == 1) return proof.empty() ? std::optional(leaf) : std::nullopt;
  if (proof.empty()) return std::nullopt;
  const uint64_t k = std::bit_floor(n - 1);
  const Hash256& last = proof.back();
  const auto inner = m < k ? RecursiveRoot(leaf, m, k, proof.first(proof.size() - 1))
                           : RecursiveRoot(leaf, m - k, n - k, proof.first(proof.size() - 1));
  if (!inner) return std::nullopt;
  return m < k ? NodeHash(*inner, last) : NodeHash(last, *inner);
}

struct Roots {
  Hash256 old_root;
  Hash256 new_root;
};

// Both roots that SUBPROOF(m, D[n], known) leads to; `known` is the old root while it is on the way.
std::optional<Roots> RecursiveRoots(uint64_t m, uint64_t n, const Hash256* known, Hashes proof) {
  if (m == n) {
    if (known != nullptr) return proof.empty() ? std::optional(Roots{*known, *known}) : std::nullopt;
    return proof.size() == 1 ? std::optional(Roots{proof[0], proof[0]}) : std::nullopt;
  }
  if (proof.empty()) return std::nullopt;
  const uint64_t k = std::bit_floor(n - 1);
  const Hash256& last = proof.back();
  const Hashes rest = proof.first(proof.size() - 1);
  if (m <= k) {
    const auto inner = RecursiveRoots(m, k, known, rest);
    if (!inner) return std::nullopt;
    return Roots{inner->old_root, NodeHash(inner->new_root, last)};
  }
  const auto inner = RecursiveRoots(m - k, n - k, nullptr, rest);
  if (!inner) return std::nullopt;
  return Roots{NodeHash(last, inner->old_root), NodeHash(last, inner->new_root)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto proof = journal::TlogProof::Parse(text); proof.ok() && proof->Serialize() != text) std::abort();
  if (size < 16) return 0;
  uint64_t a = 0, b = 0;
  std::memcpy(&a, data, 8);
  std::memcpy(&b, data + 8, 8);
  // Small trees as often as large ones.
  const int shift = static_cast<int>(b >> 58);
  b >>= shift;
  a >>= shift;
  std::vector<Hash256> proof((size - 16) % 66);
  for (size_t i = 0; i < proof.size(); ++i) proof[i].bytes[0] = data[16 + i];
  const Hash256 leaf = crypto::LeafHash("leaf");
  const auto root = crypto::RootFromInclusionProof(leaf, EntryIndex{a}, TreeSize{b}, proof);
  const bool in_bounds = b <= crypto::kTreeSizeMax && a < b;
  const auto expected = in_bounds ? RecursiveRoot(leaf, a, b, proof) : std::nullopt;
  if (root.ok() != expected.has_value() || (root.ok() && *root != *expected)) std::abort();

  const bool sizes_in_bounds = b <= crypto::kTreeSizeMax && a >= 1 && a <= b;
  const auto roots = sizes_in_bounds ? RecursiveRoots(a, b, &leaf, proof) : std::nullopt;
  const Hash256 old_root = roots ? roots->old_root : leaf;
  const Hash256 new_root = roots ? roots->new_root : leaf;
  // The old root is taken as `leaf` where the proof starts at it; elsewhere it comes out of the proof.
  const bool accepted = crypto::VerifyConsistency(TreeSize{a}, TreeSize{b}, old_root, new_root, proof).ok();
  if (accepted != roots.has_value()) std::abort();
  return 0;
}
