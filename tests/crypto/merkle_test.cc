// RFC 6962 trees: the Certificate Transparency project's golden roots (google/certificate-transparency,
// merkletree tests), and a slow reference over random sizes.
#include "crypto/merkle.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "crypto/sha256.h"
#include "tests/crypto/reference_tree.h"

namespace ledgerline::crypto {
namespace {

ReferenceTree Build(const Leaves& leaves) {
  ReferenceTree tree;
  for (const std::string& leaf : leaves) tree.Append(leaf);
  return tree;
}

const char* const kGoldenLeaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* const kGoldenRoots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(MerkleTest, GoldenRoots) {
  ReferenceTree tree;
  EXPECT_EQ(tree.frontier().Root(), Sha256(""));
  EXPECT_EQ(TreeHash(TreeSize{0}, tree).value(), EmptyRoot());
  for (size_t i = 0; i < 8; ++i) {
    tree.Append(HexDecode(kGoldenLeaves[i]).value());
    EXPECT_EQ(tree.frontier().Root().ToHex(), kGoldenRoots[i]) << "size " << i + 1;
    EXPECT_EQ(TreeHash(TreeSize{i + 1}, tree)->ToHex(), kGoldenRoots[i]);
  }
}

TEST(MerkleTest, LeavesOfEveryLengthAroundTheBufferHashAlike) {
  for (const size_t size : {0, 1, 1022, 1023, 1024, 1025, 65535}) {
    const std::string leaf(size, 'x');
    EXPECT_EQ(LeafHash(leaf), Sha256(std::string(1, '\0') + leaf)) << size;
  }
}

TEST(MerkleTest, EveryProofOfEverySizeUpToSeventyMatchesTheReferenceAndVerifies) {
  const Leaves leaves = NumberedLeaves(70);
  ReferenceTree tree = Build(leaves);
  for (size_t n = 1; n <= leaves.size(); ++n) {
    const Hash256 root = ReferenceRoot(leaves, 0, n);
    ASSERT_EQ(TreeHash(TreeSize{n}, tree).value(), root);
    for (size_t i = 0; i < n; ++i) {
      const Proof proof = InclusionProof(EntryIndex{i}, TreeSize{n}, tree).value();
      ASSERT_EQ(proof, ReferencePath(i, leaves, 0, n)) << i << " of " << n;
      ASSERT_TRUE(VerifyInclusion(LeafHash(leaves[i]), EntryIndex{i}, TreeSize{n}, proof, root).ok());
    }
    for (size_t m = 1; m <= n; ++m) {
      const Proof proof = ConsistencyProof(TreeSize{m}, TreeSize{n}, tree).value();
      ASSERT_EQ(proof, ReferenceSubproof(m, leaves, 0, n, true)) << m << " to " << n;
      ASSERT_TRUE(VerifyConsistency(TreeSize{m}, TreeSize{n}, ReferenceRoot(leaves, 0, m), root, proof).ok());
    }
  }
}

TEST(MerkleTest, RandomSizesMatchTheReference) {
  ASSERT_TRUE(rc::check("proofs over random sizes", [] {
    const auto n = *rc::gen::inRange<size_t>(1, 600);
    const auto m = *rc::gen::inRange<size_t>(1, n + 1);
    const auto i = *rc::gen::inRange<size_t>(0, n);
    const Leaves leaves = NumberedLeaves(n);
    ReferenceTree tree = Build(leaves);
    RC_ASSERT(tree.frontier().Root() == ReferenceRoot(leaves, 0, n));
    RC_ASSERT(InclusionProof(EntryIndex{i}, TreeSize{n}, tree).value() == ReferencePath(i, leaves, 0, n));
    RC_ASSERT(ConsistencyProof(TreeSize{m}, TreeSize{n}, tree).value() == ReferenceSubproof(m, leaves, 0, n, true));
    // A frontier read back goes on like the one that was never interrupted.
    Frontier resumed = Frontier::Read(TreeSize{m}, tree).value();
    for (size_t leaf = m; leaf < n; ++leaf) resumed.Append(LeafHash(leaves[leaf]));
    RC_ASSERT(resumed.Root() == tree.frontier().Root());
  }));
}

TEST(MerkleTest, EveryTamperedInclusionProofIsRefused) {
  ASSERT_TRUE(rc::check("tampered inclusion proofs", [] {
    const auto n = *rc::gen::inRange<size_t>(2, 300);
    const auto i = *rc::gen::inRange<size_t>(0, n);
    const Leaves leaves = NumberedLeaves(n);
    ReferenceTree tree = Build(leaves);
    const Hash256 root = tree.frontier().Root();
    const Hash256 leaf = LeafHash(leaves[i]);
    const Proof good = InclusionProof(EntryIndex{i}, TreeSize{n}, tree).value();
    const auto verify = [&](const Hash256& l, size_t index, size_t size, const Proof& proof, const Hash256& r) {
      return VerifyInclusion(l, EntryIndex{index}, TreeSize{size}, proof, r).ok();
    };
    RC_ASSERT(verify(leaf, i, n, good, root));
    for (size_t node = 0; node < good.size(); ++node) {
      Proof bad = good;
      bad[node].bytes[*rc::gen::inRange<size_t>(0, 32)] ^= 1;
      RC_ASSERT(!verify(leaf, i, n, bad, root));
      bad = good;
      bad.erase(bad.begin() + static_cast<ptrdiff_t>(node));
      RC_ASSERT(!verify(leaf, i, n, bad, root));
    }
    Proof longer = good;
    longer.push_back(root);
    RC_ASSERT(!verify(leaf, i, n, longer, root));
    RC_ASSERT(!verify(LeafHash("other"), i, n, good, root));
    RC_ASSERT(!verify(leaf, i, n, good, LeafHash("other")));
    const size_t other = (i + *rc::gen::inRange<size_t>(1, n)) % n;
    RC_ASSERT(!verify(leaf, other, n, good, root));
    RC_ASSERT(!verify(leaf, n, n, good, root));
  }));
}

TEST(MerkleTest, EveryTamperedConsistencyProofIsRefused) {
  ASSERT_TRUE(rc::check("tampered consistency proofs", [] {
    const auto n = *rc::gen::inRange<size_t>(2, 300);
    const auto m = *rc::gen::inRange<size_t>(1, n);
    const Leaves leaves = NumberedLeaves(n);
    ReferenceTree tree = Build(leaves);
    const Hash256 new_root = tree.frontier().Root();
    const Hash256 old_root = TreeHash(TreeSize{m}, tree).value();
    const Proof good = ConsistencyProof(TreeSize{m}, TreeSize{n}, tree).value();
    const auto verify = [&](size_t from, size_t to, const Hash256& a, const Hash256& b, const Proof& proof) {
      return VerifyConsistency(TreeSize{from}, TreeSize{to}, a, b, proof).ok();
    };
    RC_ASSERT(verify(m, n, old_root, new_root, good));
    for (size_t node = 0; node < good.size(); ++node) {
      Proof bad = good;
      bad[node].bytes[*rc::gen::inRange<size_t>(0, 32)] ^= 1;
      RC_ASSERT(!verify(m, n, old_root, new_root, bad));
      bad = good;
      bad.erase(bad.begin() + static_cast<ptrdiff_t>(node));
      RC_ASSERT(!verify(m, n, old_root, new_root, bad));
    }
    Proof longer = good;
    longer.push_back(new_root);
    RC_ASSERT(!verify(m, n, old_root, new_root, longer));
    RC_ASSERT(!verify(m, n, new_root, new_root, good));
    RC_ASSERT(!verify(m, n, old_root, old_root, good));
    RC_ASSERT(!verify(n, m, new_root, old_root, good));
    RC_ASSERT(!verify(m, m, old_root, new_root, {}));
  }));
}

TEST(MerkleTest, ASizeOfAnotherShapeIsRefused) {
  const Leaves leaves = NumberedLeaves(8);
  ReferenceTree tree = Build(leaves);
  const Proof proof = InclusionProof(EntryIndex{3}, TreeSize{8}, tree).value();
  for (const uint64_t size : {4u, 9u, 16u, 17u}) {
    EXPECT_FALSE(
        VerifyInclusion(LeafHash(leaves[3]), EntryIndex{3}, TreeSize{size}, proof, tree.frontier().Root()).ok())
        << size;
  }
}

TEST(MerkleTest, BoundsAreErrorsThatNameThem) {
  ReferenceTree tree = Build(NumberedLeaves(3));
  EXPECT_EQ(InclusionProof(EntryIndex{3}, TreeSize{3}, tree).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(InclusionProof(EntryIndex{3}, TreeSize{3}, tree).status().message(),
            "entry index 3 is not below tree size 3");
  EXPECT_EQ(InclusionProof(EntryIndex{0}, TreeSize{0}, tree).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(InclusionProof(EntryIndex{0}, TreeSize{kTreeSizeMax + 1}, tree).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ConsistencyProof(TreeSize{0}, TreeSize{3}, tree).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyConsistency(TreeSize{0}, TreeSize{3}, EmptyRoot(), tree.frontier().Root(), {}).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(TreeSize{4}, TreeSize{3}, tree).status().code(), StatusCode::kOutOfRange);
  EXPECT_TRUE(ConsistencyProof(TreeSize{3}, TreeSize{3}, tree)->empty());
  EXPECT_EQ(InclusionProof(EntryIndex{0}, TreeSize{4}, tree).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace ledgerline::crypto
