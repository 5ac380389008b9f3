#include "ledger/journal/unknown_field.h"

#include <cstdint>
#include <span>
#include <string>

namespace ledgerline::journal {
namespace {

// How a field is written (protobuf's encoding, "Message Structure"). A known number in another form is an unknown field
// to the parser.
enum Form : uint8_t {
  kNumber,   // a varint
  kNumbers,  // repeated: varints, alone or packed
  kBytes,    // length and bytes: text, bytes, or a message
};

struct Shape;
struct Field {
  uint32_t number;
  Form form;
  const Shape* message = nullptr;
};
struct Shape {
  const char* name;
  std::span<const Field> fields;
};

constexpr Field kSubmissionFields[] = {{1, kBytes}, {2, kBytes}, {3, kBytes}, {4, kBytes}, {5, kBytes}};
constexpr Shape kSubmission{"Submission", kSubmissionFields};
constexpr Field kBatchItemFields[] = {{1, kBytes}, {2, kBytes}};
constexpr Shape kBatchItem{"BatchItem", kBatchItemFields};
constexpr Field kSignedBatchFields[] = {{1, kBytes}, {2, kBytes}};
constexpr Shape kSignedBatch{"SignedBatch", kSignedBatchFields};
constexpr Field kEntryFields[] = {{1, kNumber}, {2, kNumber}, {3, kBytes},  {4, kNumber},
                                  {5, kBytes},  {6, kBytes},  {7, kNumber}, {8, kNumber}};
constexpr Shape kEntry{"Entry", kEntryFields};
constexpr Field kGenesisFields[] = {{1, kBytes}, {2, kBytes}, {3, kNumber}};
constexpr Shape kGenesis{"Genesis", kGenesisFields};
constexpr Field kKeyEnrolmentFields[] = {{1, kBytes},  {2, kNumber}, {3, kBytes}, {4, kNumber},
                                         {5, kNumber}, {6, kBytes},  {7, kBytes}};
constexpr Shape kKeyEnrolment{"KeyEnrolment", kKeyEnrolmentFields};
constexpr Field kBatchHeaderFields[] = {{1, kBytes}, {2, kNumber}};
constexpr Shape kBatchHeader{"BatchHeader", kBatchHeaderFields};
constexpr Field kKeyRotationFields[] = {{1, kBytes}, {2, kBytes}, {3, kNumber}, {4, kBytes}};
constexpr Shape kKeyRotation{"KeyRotation", kKeyRotationFields};
constexpr Field kKeyRevocationFields[] = {{1, kBytes}, {2, kNumber}, {3, kNumber}};
constexpr Shape kKeyRevocation{"KeyRevocation", kKeyRevocationFields};
constexpr Field kFileDigestFields[] = {{1, kBytes}, {2, kNumber}, {3, kNumber}, {4, kBytes}};
constexpr Shape kFileDigest{"FileDigest", kFileDigestFields};
constexpr Field kCatalogueFileFields[] = {{1, kNumber}, {2, kBytes, &kFileDigest}};
constexpr Shape kCatalogueFile{"CatalogueFile", kCatalogueFileFields};
constexpr Field kConsentGrantFields[] = {{1, kBytes}, {2, kBytes},  {3, kNumbers}, {4, kBytes},
                                         {5, kBytes}, {6, kNumber}, {7, kNumber}};
constexpr Shape kConsentGrant{"ConsentGrant", kConsentGrantFields};
constexpr Field kConsentRevocationFields[] = {{1, kBytes}, {2, kNumber}};
constexpr Shape kConsentRevocation{"ConsentRevocation", kConsentRevocationFields};
constexpr Field kConsentReferenceFields[] = {{1, kNumber}, {2, kBytes}};
constexpr Shape kConsentReference{"ConsentReference", kConsentReferenceFields};
constexpr Field kPermitFields[] = {{1, kBytes}, {2, kNumber}, {3, kBytes},  {4, kBytes},
                                   {5, kBytes}, {6, kBytes},  {7, kNumber}, {8, kBytes, &kConsentReference}};
constexpr Shape kPermit{"Permit", kPermitFields};
constexpr Field kSourceUseFields[] = {{1, kBytes}, {2, kBytes}, {3, kNumber}, {4, kNumber}, {5, kNumber}};
constexpr Shape kSourceUse{"SourceUse", kSourceUseFields};
constexpr Field kShareSetReferenceFields[] = {{1, kNumber}, {2, kBytes}};
constexpr Shape kShareSetReference{"ShareSetReference", kShareSetReferenceFields};
constexpr Field kParameterFields[] = {{1, kBytes}, {2, kBytes}};
constexpr Shape kParameter{"Parameter", kParameterFields};
constexpr Field kFingerprintsFields[] = {{1, kBytes}, {2, kBytes}, {3, kBytes}, {4, kBytes}};
constexpr Shape kFingerprints{"Fingerprints", kFingerprintsFields};
constexpr Field kGenerationFields[] = {{1, kBytes},
                                       {2, kNumber},
                                       {3, kNumber},
                                       {4, kBytes, &kSourceUse},
                                       {5, kBytes, &kConsentReference},
                                       {6, kBytes, &kShareSetReference},
                                       {7, kBytes},
                                       {8, kBytes},
                                       {9, kBytes},
                                       {10, kBytes},
                                       {11, kBytes},
                                       {12, kNumber},
                                       {13, kBytes, &kParameter},
                                       {14, kBytes},
                                       {15, kBytes, &kFingerprints},
                                       {16, kBytes},
                                       {17, kBytes},
                                       {18, kBytes},
                                       {19, kBytes},
                                       {20, kBytes},
                                       {21, kNumber}};
constexpr Shape kGeneration{"Generation", kGenerationFields};
constexpr Field kRejectedCandidateFields[] = {{1, kNumber}, {2, kBytes}};
constexpr Shape kRejectedCandidate{"RejectedCandidate", kRejectedCandidateFields};
constexpr Field kRejectedCandidatesFields[] = {
    {1, kNumber}, {2, kBytes}, {3, kNumber}, {4, kBytes, &kRejectedCandidate}};
constexpr Shape kRejectedCandidates{"RejectedCandidates", kRejectedCandidatesFields};
constexpr Field kRatingFields[] = {{1, kBytes}, {2, kNumber}, {3, kBytes}, {4, kNumber}};
constexpr Shape kRating{"Rating", kRatingFields};
constexpr Field kTrainingOwnerFields[] = {{1, kBytes}, {2, kNumber}, {3, kNumber}, {4, kNumber}, {5, kNumber}};
constexpr Shape kTrainingOwner{"TrainingOwner", kTrainingOwnerFields};
constexpr Field kTrainingSharesFields[] = {{1, kBytes},
                                           {2, kBytes},
                                           {3, kBytes},
                                           {4, kBytes},
                                           {5, kNumber},
                                           {6, kBytes},
                                           {7, kNumber},
                                           {8, kNumber},
                                           {9, kNumber},
                                           {10, kBytes},
                                           {11, kBytes, &kTrainingOwner}};
constexpr Shape kTrainingShares{"TrainingShares", kTrainingSharesFields};
constexpr Field kAmountFields[] = {{1, kBytes}, {2, kNumber}, {3, kNumber}};
constexpr Shape kAmount{"Amount", kAmountFields};
constexpr Field kUsageTotalFields[] = {{1, kBytes, &kAmount}, {2, kNumber}};
constexpr Shape kUsageTotal{"UsageTotal", kUsageTotalFields};
constexpr Field kUsageFileFields[] = {{1, kNumber}, {2, kBytes, &kFileDigest}, {3, kBytes, &kUsageTotal}, {4, kBytes}};
constexpr Shape kUsageFile{"UsageFile", kUsageFileFields};
constexpr Field kPeriodTotalsFields[] = {{1, kBytes},           {2, kBytes, &kAmount}, {3, kBytes, &kAmount},
                                         {4, kBytes, &kAmount}, {5, kBytes, &kAmount}, {6, kBytes, &kAmount},
                                         {7, kBytes, &kAmount}};
constexpr Shape kPeriodTotals{"PeriodTotals", kPeriodTotalsFields};
constexpr Field kSumCommitmentFields[] = {{1, kBytes},           {2, kBytes, &kAmount}, {3, kBytes}, {4, kNumber},
                                          {5, kBytes, &kAmount}, {6, kBytes},           {7, kNumber}};
constexpr Shape kSumCommitment{"SumCommitment", kSumCommitmentFields};
constexpr Field kPeriodCloseFields[] = {{1, kBytes},
                                        {2, kNumber},
                                        {3, kBytes},
                                        {4, kBytes},
                                        {5, kBytes, &kPeriodTotals},
                                        {6, kBytes},
                                        {7, kNumber},
                                        {8, kBytes},
                                        {9, kBytes, &kSumCommitment},
                                        {10, kBytes},
                                        {11, kBytes},
                                        {12, kNumber},
                                        {13, kBytes},
                                        {14, kNumber}};
constexpr Shape kPeriodClose{"PeriodClose", kPeriodCloseFields};
constexpr Field kAuditAttestationFields[] = {{1, kBytes}, {2, kNumber}, {3, kBytes}, {4, kBytes},
                                             {5, kBytes}, {6, kNumber}, {7, kBytes}};
constexpr Shape kAuditAttestation{"AuditAttestation", kAuditAttestationFields};
constexpr Field kErasureFields[] = {{1, kBytes}, {2, kBytes}};
constexpr Shape kErasure{"Erasure", kErasureFields};
constexpr Field kPayloadFields[] = {{1, kBytes, &kGenesis},
                                    {2, kBytes, &kKeyEnrolment},
                                    {3, kBytes, &kBatchHeader},
                                    {4, kBytes, &kKeyRotation},
                                    {5, kBytes, &kKeyRevocation},
                                    {10, kBytes, &kCatalogueFile},
                                    {11, kBytes, &kConsentGrant},
                                    {12, kBytes, &kConsentRevocation},
                                    {20, kBytes, &kPermit},
                                    {21, kBytes, &kGeneration},
                                    {22, kBytes, &kRejectedCandidates},
                                    {23, kBytes, &kRating},
                                    {24, kBytes, &kTrainingShares},
                                    {30, kBytes, &kUsageFile},
                                    {40, kBytes, &kPeriodClose},
                                    {41, kBytes, &kAuditAttestation},
                                    {50, kBytes, &kErasure}};
constexpr Shape kPayload{"Payload", kPayloadFields};

constexpr uint32_t kVarintType = 0, kLengthType = 2;

// Takes a varint off the front. False: there is none.
bool TakeVarint(std::string_view& bytes, uint64_t& value) {
  value = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i]) & 0x7F) << (7 * i);
    if ((static_cast<uint8_t>(bytes[i]) & 0x80) != 0) continue;
    bytes.remove_prefix(i + 1);
    return true;
  }
  return false;
}

const Field* FindField(const Shape& shape, uint64_t number, uint64_t wire_type) {
  for (const Field& field : shape.fields) {
    if (field.number != number) continue;
    const bool fits = wire_type == kVarintType   ? field.form != kBytes
                      : wire_type == kLengthType ? field.form != kNumber
                                                 : false;
    return fits ? &field : nullptr;
  }
  return nullptr;
}

Status CheckShape(const Shape& shape, std::string_view bytes) {
  const auto malformed = [&shape] { return InvalidArgument(std::string(shape.name) + " is not well formed"); };
  while (!bytes.empty()) {
    uint64_t tag = 0, value = 0;
    if (!TakeVarint(bytes, tag)) return malformed();
    const Field* field = FindField(shape, tag >> 3, tag & 7);
    if (field == nullptr) {
      return InvalidArgument(std::string(shape.name) + " has field " + std::to_string(tag >> 3) +
                             ", which this version does not know");
    }
    if (!TakeVarint(bytes, value)) return malformed();
    if ((tag & 7) == kVarintType) continue;
    if (value > bytes.size()) return malformed();
    if (field->message != nullptr) RETURN_IF_ERROR(CheckShape(*field->message, bytes.substr(0, value)));
    bytes.remove_prefix(value);
  }
  return Status::Ok();
}

const Shape& ShapeOf(MessageKind kind) {
  switch (kind) {
    case MessageKind::kSubmission:
      return kSubmission;
    case MessageKind::kBatchItem:
      return kBatchItem;
    case MessageKind::kSignedBatch:
      return kSignedBatch;
    case MessageKind::kEntry:
      return kEntry;
    case MessageKind::kPayload:
      break;
  }
  return kPayload;
}

}  // namespace

Status CheckNoUnknownField(MessageKind kind, std::string_view bytes) { return CheckShape(ShapeOf(kind), bytes); }

}  // namespace ledgerline::journal
