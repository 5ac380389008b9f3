// A judge in JavaScript: sigstore's verifier reads the inclusion proofs that Ledgerline wrote into a directory. Every
// check has tampered twins that must be refused. Prints how many of each there were.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { verifyTLogInclusion } = require('@sigstore/verify/dist/tlog');

const dir = process.argv[2];
const [origin, keyId, typed] = fs.readFileSync(path.join(dir, 'vkey'), 'utf8').trim().split(/\+(.*?)\+(.*)/s);
const raw = Buffer.from(typed, 'base64').subarray(1);
// RFC 8410: the DER prefix of an Ed25519 public key.
const publicKey = crypto.createPublicKey({
  key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), format: 'der', type: 'spki' });
const logs = [{ logID: Buffer.from(keyId, 'hex'), baseURL: origin, publicKey, validFor: { start: new Date(0), end: new Date(4e12) } }];

// C2SP tlog-proof, with the entry in its extra line, as sigstore's entry.
function entryOf(text) {
  const lines = text.split('\n');
  const end = lines.indexOf('');
  return {
    canonicalizedBody: Buffer.from(lines[1].replace('extra ', ''), 'base64'),
    inclusionProof: {
      logIndex: lines[2].replace('index ', ''),
      hashes: lines.slice(3, end).map((line) => Buffer.from(line, 'base64')),
      checkpoint: { envelope: lines.slice(end + 1).join('\n') },
    },
  };
}

let accepted = 0, refused = 0;
function refuse(text, change, what) {
  const entry = entryOf(text);
  if (change(entry) === false) return;
  try {
    verifyTLogInclusion(entry, logs);
  } catch (error) {
    if (error.code !== 'TLOG_INCLUSION_PROOF_ERROR') throw error;
    refused++;
    return;
  }
  throw new Error(what + ' was accepted');
}

for (const name of fs.readdirSync(path.join(dir, 'inclusion'))) {
  const text = fs.readFileSync(path.join(dir, 'inclusion', name), 'utf8');
  verifyTLogInclusion(entryOf(text), logs);
  accepted++;
  refuse(text, (entry) => { entry.canonicalizedBody[entry.canonicalizedBody.length >> 1] ^= 1; }, name + ', another entry');
  refuse(text, (entry) => entry.inclusionProof.hashes.length > 0 && (entry.inclusionProof.hashes[0][7] ^= 1), name + ', another proof');
  refuse(text, (entry) => { entry.inclusionProof.hashes.push(Buffer.alloc(32)); }, name + ', a longer proof');
  refuse(text, (entry) => {
    const note = entry.inclusionProof.checkpoint;
    note.envelope = note.envelope.replace(/\n(\d+)\n/, (all, size) => `\n${Number(size) + 1}\n`);
  }, name + ', another size');
}
console.log(`accepted ${accepted} refused ${refused}`);
