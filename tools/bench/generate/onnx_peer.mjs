// The peer onnxruntime-node: builds the flat model as an ONNX graph from the benchmark's own weights and decodes it.
//
//   node onnx_peer.mjs MODULES_DIR WEIGHTS_FILE SHAPE_JSON BITS
//
// WEIGHTS_FILE holds float32 numbers: for each layer query_key_value, attention_out, gate_up, down, then the embedding.
// Reads commands on standard input, one a line, and answers each with one line of JSON:
//   logits T0,T1,...   logits after these tokens, one by one
//   decode FROM COUNT  processor seconds of decoding COUNT tokens from position FROM, one thread
// The graph uses ONNX Runtime's own fast operators: MatMulNBits (8 bits, int8 arithmetic) or MatMul, GroupQueryAttention
// with rotary embedding and a cache that it writes in place, SimplifiedLayerNormalization.
// Source: https://onnx.ai/onnx/repo-docs/IR.html and ONNX Runtime's docs/ContribOperators.md.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import path from 'node:path';

const [modules, weightsPath, shapeJson, bitsText] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, 'package.json'));
const ort = require('onnxruntime-node');
const { width, layers, heads, hidden, context, vocabulary } = JSON.parse(shapeJson);
const bits = Number(bitsText);
const head = width / heads;

// --- Protocol buffers, as far as ONNX needs them.
function varint(value) {
  const bytes = [];
  let v = BigInt.asUintN(64, BigInt(value));
  while (v > 127n) {
    bytes.push(Number(v & 127n) | 128);
    v >>= 7n;
  }
  bytes.push(Number(v));
  return Buffer.from(bytes);
}
const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const block = (field, bytes) => Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
const text = (field, value) => block(field, Buffer.from(value));
function float(field, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}
const kFloat = 1, kUint8 = 2, kInt32 = 6, kInt64 = 7;
function tensor(name, type, dims, array) {
  return Buffer.concat([...dims.map((d) => number(1, d)), number(2, type), text(8, name),
    block(9, Buffer.from(array.buffer, array.byteOffset, array.byteLength))]);
}
function attribute(name, value) {
  if (Number.isInteger(value)) return block(5, Buffer.concat([text(1, name), number(3, value), number(20, 2)]));
  return block(5, Buffer.concat([text(1, name), float(2, value.float), number(20, 1)]));
}
function node(type, inputs, outputs, attributes = {}, domain = '') {
  return Buffer.concat([...inputs.map((i) => text(1, i)), ...outputs.map((o) => text(2, o)), text(4, type),
    ...Object.entries(attributes).map(([k, v]) => attribute(k, v)), domain ? text(7, domain) : Buffer.alloc(0)]);
}
function value(name, type, dims) {
  const shape = Buffer.concat(dims.map((d) => block(1, typeof d === 'string' ? text(2, d) : number(1, d))));
  return Buffer.concat([text(1, name), block(2, block(1, Buffer.concat([number(1, type), block(2, shape)])))]);
}

// --- The graph.
const raw = readFileSync(weightsPath);
const all = new Float32Array(raw.buffer, raw.byteOffset, raw.byteLength / 4);
let cursor = 0;
const take = (count) => all.subarray(cursor, (cursor += count));
const nodes = [], constants = [];
const kBlock = 32;

function linear(name, input, weights, outputs, inputs) {
  if (bits === 32) {
    const turned = new Float32Array(outputs * inputs);
    for (let n = 0; n < outputs; ++n) for (let k = 0; k < inputs; ++k) turned[k * outputs + n] = weights[n * inputs + k];
    constants.push(tensor(name + '.w', kFloat, [inputs, outputs], turned));
    nodes.push(node('MatMul', [input, name + '.w'], [name]));
    return name;
  }
  const blocks = Math.ceil(inputs / kBlock);
  const codes = new Uint8Array(outputs * blocks * kBlock).fill(128), scales = new Float32Array(outputs * blocks);
  for (let n = 0; n < outputs; ++n) {
    for (let b = 0; b < blocks; ++b) {
      let largest = 0;
      const end = Math.min((b + 1) * kBlock, inputs);
      for (let k = b * kBlock; k < end; ++k) largest = Math.max(largest, Math.abs(weights[n * inputs + k]));
      const scale = largest / 127 || 1;
      scales[n * blocks + b] = scale;
      for (let k = b * kBlock; k < end; ++k) {
        codes[(n * blocks + b) * kBlock + (k - b * kBlock)] = Math.round(weights[n * inputs + k] / scale) + 128;
      }
    }
  }
  constants.push(tensor(name + '.b', kUint8, [outputs, blocks, kBlock], codes));
  constants.push(tensor(name + '.s', kFloat, [outputs * blocks], scales));
  nodes.push(node('MatMulNBits', [input, name + '.b', name + '.s'], [name],
    { K: inputs, N: outputs, bits: 8, block_size: kBlock, accuracy_level: 4 }, 'com.microsoft'));
  return name;
}
function norm(name, input) {
  nodes.push(node('SimplifiedLayerNormalization', [input, 'ones'], [name], { axis: -1, epsilon: { float: 1e-5 } }));
  return name;
}

const stored = [];
for (let i = 0; i < layers; ++i) {
  stored.push({ qkv: take(3 * width * width), out: take(width * width), gateUp: take(2 * hidden * width),
    down: take(width * hidden) });
}
const embedding = take(vocabulary * width);
constants.push(tensor('embedding', kFloat, [vocabulary, width], embedding));
constants.push(tensor('ones', kFloat, [width], new Float32Array(width).fill(1)));
const cosines = new Float32Array(context * head / 2), sines = new Float32Array(context * head / 2);
for (let t = 0; t < context; ++t) {
  for (let i = 0; i < head / 2; ++i) {
    cosines[t * head / 2 + i] = Math.cos(t * 10000 ** (-i / (head / 2)));
    sines[t * head / 2 + i] = Math.sin(t * 10000 ** (-i / (head / 2)));
  }
}
constants.push(tensor('cosines', kFloat, [context, head / 2], cosines));
constants.push(tensor('sines', kFloat, [context, head / 2], sines));
const inputs = [value('token', kInt64, [1, 'rows']), value('seqlens_k', kInt32, [1]), value('total', kInt32, [])];
const outputs = [value('logits', kFloat, [1, 'rows', vocabulary])];
nodes.push(node('Gather', ['embedding', 'token'], ['x0']));
let x = 'x0';
stored.forEach((w, i) => {
  const p = `l${i}.`;
  for (const part of ['key', 'value']) {
    inputs.push(value(`past_${part}.${i}`, kFloat, [1, heads, 'past', head]));
    outputs.push(value(`present_${part}.${i}`, kFloat, [1, heads, 'present', head]));
  }
  const qkv = linear(p + 'qkv', norm(p + 'n1', x), w.qkv, 3 * width, width);
  nodes.push(node('GroupQueryAttention',
    [qkv, '', '', `past_key.${i}`, `past_value.${i}`, 'seqlens_k', 'total', 'cosines', 'sines'],
    [p + 'read', `present_key.${i}`, `present_value.${i}`],
    { num_heads: heads, kv_num_heads: heads, do_rotary: 1 }, 'com.microsoft'));
  nodes.push(node('Add', [x, linear(p + 'out', p + 'read', w.out, width, width)], [p + 'x']));
  const n2 = norm(p + 'n2', p + 'x');
  const gate = linear(p + 'gate', n2, w.gateUp.subarray(0, hidden * width), hidden, width);
  const up = linear(p + 'up', n2, w.gateUp.subarray(hidden * width), hidden, width);
  nodes.push(node('QuickGelu', [gate], [p + 'silu'], { alpha: { float: 1 } }, 'com.microsoft'));
  nodes.push(node('Mul', [p + 'silu', up], [p + 'gated']));
  nodes.push(node('Add', [p + 'x', linear(p + 'down', p + 'gated', w.down, width, hidden)], [`x${i + 1}`]));
  x = `x${i + 1}`;
});
nodes.push(node('Identity', [linear('head', norm('out_norm', x), embedding, vocabulary, width)], ['logits']));
const graph = Buffer.concat([...nodes.map((n) => block(1, n)), text(2, 'flat'), ...constants.map((c) => block(5, c)),
  ...inputs.map((i) => block(11, i)), ...outputs.map((o) => block(12, o))]);
const opset = (domain, version) => block(8, Buffer.concat([text(1, domain), number(2, version)]));
const model = Buffer.concat([number(1, 8), block(7, graph), opset('', 17), opset('com.microsoft', 1)]);

// --- Decoding.
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1,
  executionMode: 'sequential', graphOptimizationLevel: 'all' });
// The cache grows by one position a step; what comes out goes in again. (One buffer for both, as long as the context, is
// what GroupQueryAttention prefers, but through this binding it was copied whole in every step, which is slower.)
const feeds = {}, fetches = ['logits'];
for (let i = 0; i < layers; ++i) fetches.push(`present_key.${i}`, `present_value.${i}`);
const token = new BigInt64Array(1), seqlens = new Int32Array(1), total = new Int32Array(1);
feeds.token = new ort.Tensor('int64', token, [1, 1]);
feeds.seqlens_k = new ort.Tensor('int32', seqlens, [1]);
feeds.total = new ort.Tensor('int32', total, []);
function start(position) {  // a cache of zeros, which costs what any other numbers do
  for (let i = 0; i < layers; ++i) {
    for (const part of ['key', 'value']) {
      feeds[`past_${part}.${i}`] =
        new ort.Tensor('float32', new Float32Array(heads * position * head), [1, heads, position, head]);
    }
  }
}
async function step(symbol, position) {
  token[0] = BigInt(symbol);
  seqlens[0] = position;
  total[0] = position + 1;
  const results = await session.run(feeds, fetches);
  for (let i = 0; i < layers; ++i) {
    feeds[`past_key.${i}`] = results[`present_key.${i}`];
    feeds[`past_value.${i}`] = results[`present_value.${i}`];
  }
  return results.logits.data;
}
function highest(values) {
  let best = 0;
  for (let i = 1; i < values.length; ++i) if (values[i] > values[best]) best = i;
  return best;
}
console.log(JSON.stringify({ ready: true, version: require('onnxruntime-node/package.json').version }));
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...rest] = line.split(' ');
  if (command === 'logits') {
    let position = 0, logits;
    start(0);
    for (const symbol of rest[0].split(',')) logits = await step(Number(symbol), position++);
    console.log(JSON.stringify({ logits: Array.from(logits) }));
  } else if (command === 'decode') {
    const from = Number(rest[0]), count = Number(rest[1]);
    start(from);
    await step(1, from);
    const begin = process.cpuUsage(), clock = performance.now();
    let symbol = 1;
    for (let i = 0; i < count; ++i) symbol = highest(await step(symbol, from + 1 + i));
    const used = process.cpuUsage(begin);
    console.log(JSON.stringify({ cpu: (used.user + used.system) / 1e6, wall: (performance.now() - clock) / 1e3 }));
  }
}
