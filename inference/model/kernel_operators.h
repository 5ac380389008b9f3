// The exact kernel as LibTorch operators, torch.ops.ledgerline.*, on LibTorch's own tensors (float32, CPU): so that a
// network can be run with either and the two compared.
//
//   linear(Tensor x, Tensor weight, bool int8) -> Tensor           [rows, inputs], [outputs, inputs] -> [rows, outputs]
//   linear_codes(Tensor x, Tensor codes, Tensor scales) -> Tensor  the same from int8 [outputs, inputs] and [outputs]
//   rms_norm(Tensor x, Tensor gain) -> Tensor                      [rows, width], [width]
//   silu_gate(Tensor gate, Tensor up) -> Tensor                    [rows, width] both
//   rotate(Tensor x, int first) -> Tensor                          [rows, heads, head] at positions first, first + 1,
//   ... attention(Tensor query, Tensor key, Tensor value, bool int8) -> Tensor
//     [rows, heads, head], [positions, kv_heads, head] both -> [rows, heads, head]; row i is position
//     positions - rows + i and sees what is not later; query head h reads key head h / (heads / kv_heads).
//
// Every row's bits are those of the decoder (docs/decisions/0015), whatever the batch or the machine. Wrong shapes
// throw c10::Error, as LibTorch's own operators do.
#ifndef LEDGERLINE_INFERENCE_MODEL_KERNEL_OPERATORS_H_
#define LEDGERLINE_INFERENCE_MODEL_KERNEL_OPERATORS_H_

namespace ledgerline::model {

// Call once so that a static link keeps the registration. Does nothing else.
void LinkKernelOperators();

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_KERNEL_OPERATORS_H_
