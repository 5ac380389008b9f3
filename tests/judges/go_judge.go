// A judge in Go: golang.org/x/mod/sumdb/{note,tlog} and crypto/ed25519 read what Ledgerline wrote into a directory, and
// say what they make of it. Every check has a tampered twin that must be refused. Prints how many of each there were.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var dir string
var accepted, refused int

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func accept(err error, what string) {
	must(err, what)
	accepted++
}

func refuse(err error, what string) {
	if err == nil {
		fmt.Fprintf(os.Stderr, "%s: was accepted\n", what)
		os.Exit(1)
	}
	refused++
}

func read(name string) []byte {
	data, err := ioutil.ReadFile(filepath.Join(dir, name))
	must(err, "read")
	return data
}

func hash(line string) (h tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(line)
	must(err, "base64")
	copy(h[:], raw)
	return h
}

// The three lines of a checkpoint. tlog.ParseTree knows only the Go checksum database's first line.
func parse(text string) (origin string, tree tlog.Tree) {
	lines := strings.Split(text, "\n")
	n, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	return lines[0], tlog.Tree{N: n, Hash: hash(lines[2])}
}

// cosignature/v1: a verifier for the note package.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(strings.TrimSpace(vkey), "+", 3)
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	must(err, "witness key")
	if raw[0] != 4 {
		must(fmt.Errorf("type %d", raw[0]), "witness key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		must(fmt.Errorf("hash %x", sum[:4]), "witness key")
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), ed25519.PublicKey(raw[1:])}
}

// The exported files. Go puts the tile height into its paths, C2SP does not.
type tiles struct{ flip bool }

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range list {
		data, err := ioutil.ReadFile(filepath.Join(dir, "log", strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		if t.flip {
			data[len(data)/2] ^= 1
		}
		out = append(out, data)
	}
	return out, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func entry(index int64, size int64) []byte {
	path := tlog.Tile{H: 8, L: 0, N: index / 256, W: 256}
	if size/256 == index/256 {
		path.W = int(size % 256)
	}
	name := strings.Replace(path.Path(), "tile/8/0/", "tile/entries/", 1)
	data := read(filepath.Join("log", name))
	for i := index % 256; ; i-- {
		n := int(data[0])<<8 | int(data[1])
		if i == 0 {
			return data[2 : 2+n]
		}
		data = data[2+n:]
	}
}

func main() {
	dir = os.Args[1]
	logKey, err := note.NewVerifier(strings.TrimSpace(string(read("vkey"))))
	must(err, "log key")
	witness := newCosigner(string(read("witness_vkey")))
	trees := map[int64]tlog.Tree{}
	names, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
	must(err, "glob")
	for _, name := range names {
		text := read(filepath.Join("checkpoints", filepath.Base(name)))
		opened, err := note.Open(text, note.VerifierList(logKey, witness))
		accept(err, name)
		if len(opened.Sigs) != 2 {
			must(fmt.Errorf("%d signatures", len(opened.Sigs)), name)
		}
		for _, key := range []note.Verifier{logKey, witness} {
			_, err = note.Open(text, note.VerifierList(key))
			accept(err, name+" by "+key.Name())
			bad := append([]byte{}, text...)
			bad[strings.Index(string(bad), "\n")+1] ^= 1 // the first digit of the size
			_, err = note.Open(bad, note.VerifierList(key))
			refuse(err, name+" with another size, by "+key.Name())
		}
		origin, tree := parse(opened.Text)
		if origin != logKey.Name() {
			must(fmt.Errorf("origin %q", origin), name)
		}
		trees[tree.N] = tree
	}
	for n, tree := range trees {
		// From our tiles alone: Go rebuilds the proofs, and checks the tiles against the root as it reads them.
		reader := tlog.TileHashReader(tree, tiles{})
		for _, index := range []int64{0, 1, n / 2, n - 2, n - 1, 255, 256} {
			if index < 0 || index >= n {
				continue
			}
			what := fmt.Sprintf("entry %d in size %d", index, n)
			leaf := tlog.RecordHash(entry(index, n))
			proof, err := tlog.ProveRecord(n, index, reader)
			accept(err, what)
			accept(tlog.CheckRecord(proof, n, tree.Hash, index, leaf), what)
			bad := leaf
			bad[0] ^= 1
			refuse(tlog.CheckRecord(proof, n, tree.Hash, index, bad), what)
			// The proof that Ledgerline itself made.
			lines := strings.Split(string(read(fmt.Sprintf("inclusion/%d-%d", index, n))), "\n")
			ours := tlog.RecordProof{}
			for i := 3; lines[i] != ""; i++ {
				ours = append(ours, hash(lines[i]))
			}
			accept(tlog.CheckRecord(ours, n, tree.Hash, index, leaf), what+", our proof")
			if len(ours) > 0 {
				ours[0][31] ^= 1
				refuse(tlog.CheckRecord(ours, n, tree.Hash, index, leaf), what+", our proof")
			}
		}
		_, err := tlog.ProveRecord(n, 0, tlog.TileHashReader(tree, tiles{flip: true}))
		if n > 1 {
			refuse(err, fmt.Sprintf("flipped tiles of size %d", n))
		}
		for m, old := range trees {
			if m >= n {
				continue
			}
			what := fmt.Sprintf("size %d extends %d", n, m)
			proof, err := tlog.ProveTree(n, m, reader)
			accept(err, what)
			accept(tlog.CheckTree(proof, n, tree.Hash, m, old.Hash), what)
			lines := strings.Split(string(read(fmt.Sprintf("consistency/%d-%d", m, n))), "\n")
			ours := tlog.TreeProof{}
			for i := 1; lines[i] != ""; i++ {
				ours = append(ours, hash(lines[i]))
			}
			accept(tlog.CheckTree(ours, n, tree.Hash, m, old.Hash), what+", our proof")
			bad := old.Hash
			bad[5] ^= 1
			refuse(tlog.CheckTree(ours, n, tree.Hash, m, bad), what+", another old root")
			ours[len(ours)-1][0] ^= 1
			refuse(tlog.CheckTree(ours, n, tree.Hash, m, old.Hash), what+", another proof")
		}
	}
	// Size 0 is not Go's to judge: it refuses it.
	refuse(tlog.CheckTree(nil, 1, trees[1].Hash, 0, tlog.Hash{}), "old size 0")
	fmt.Printf("trees %d accepted %d refused %d\n", len(trees), accepted, refused)
}
