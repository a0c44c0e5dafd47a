package gen

import (
	"sync"
	"weak"
)

// Comments are substrings, at random places, of a text of 300 MiB that dbgen makes from a small grammar. We keep the words' numbers instead of the
// letters: the words, with the blank before them, number fewer than 256, so the text is a byte a word (about 43 MB), and an index tells for every
// 64th letter which word it belongs to (20 MB). That is a fifth of the memory, and less time to make than writing the letters.
const (
	poolSize   = 300 << 20
	poolSeed   = 933588178
	blockShift = 6
	blockSize  = 1 << blockShift
	offsetBits = 5  // of an index entry: the letter's place in its word
	wordWidth  = 24 // letters copied at once; no word is longer
	wordStride = 48 // room to copy wordWidth letters from any place in a word
)

// pool is the text. It is immutable.
type pool struct {
	words   []byte   // word numbers
	index   []uint32 // for letter i*blockSize: number of its word << offsetBits | place in the word
	letters [256 * wordStride]byte
	lengths [256]uint8
}

// choice is a weighted list expanded so that a draw is an index.
type choice []byte

func expand(list []weighted, number func(i int) byte) choice {
	var c choice
	for i, entry := range list {
		n := number(i)
		for range entry.weight {
			c = append(c, n)
		}
	}
	return c
}

var currentPool struct {
	sync.Mutex
	weak.Pointer[pool]
}

// sharedPool returns the one text pool, making it unless somebody still holds it.
func sharedPool() *pool {
	currentPool.Lock()
	defer currentPool.Unlock()
	if p := currentPool.Value(); p != nil {
		return p
	}
	p := newPool(poolSize)
	currentPool.Pointer = weak.Make(p)
	return p
}

// newPool generates the first size letters of the text.
func newPool(size int) *pool {
	p := &pool{
		words: make([]byte, 0, size/6),
		index: make([]uint32, 0, size/blockSize+2),
	}
	count := 0
	add := func(text string) byte {
		copy(p.letters[count*wordStride:(count+1)*wordStride], text)
		p.lengths[count] = uint8(len(text))
		count++
		return byte(count - 1)
	}
	vocabulary := func(list []weighted, before, after string) choice {
		return expand(list, func(i int) byte { return add(before + list[i].text + after) })
	}
	words := [256]choice{
		'N': vocabulary(nouns, " ", ""),
		'V': vocabulary(verbs, " ", ""),
		'D': vocabulary(adverbs, " ", ""),
		'X': vocabulary(auxiliaries, " ", ""),
		'J': vocabulary(adjectives, " ", ""),
		'C': vocabulary(adjectives, " ", ","),
		'P': vocabulary(prepositions, " ", " the"),
		'T': vocabulary(terminators, "", ""),
	}
	identity := func(i int) byte { return byte(i) }
	sentence, noun, verb := expand(sentences, identity), expand(nounPhrases, identity), expand(verbPhrases, identity)

	random := stream{seed: poolSeed}
	pick := func(c choice) byte { return c[random.below(int64(len(c)))] }
	end := 0 // letters so far; the text starts with a blank that dbgen's does not have
	emit := func(class byte) {
		w := pick(words[class])
		start := end
		end += int(p.lengths[w])
		if start>>blockShift != end>>blockShift || start&(blockSize-1) == 0 {
			for at := (start + blockSize - 1) &^ (blockSize - 1); at < end; at += blockSize {
				p.index = append(p.index, uint32(len(p.words))<<offsetBits|uint32(at-start))
			}
		}
		p.words = append(p.words, w)
	}
	phrase := func(form string) {
		for i := range len(form) {
			emit(form[i])
		}
	}
	for end <= size+wordWidth {
		for _, part := range []byte(sentences[pick(sentence)].text) {
			switch part {
			case 'P':
				emit('P')
				phrase(nounPhrases[pick(noun)].text)
			case 'N':
				phrase(nounPhrases[pick(noun)].text)
			case 'V':
				phrase(verbPhrases[pick(verb)].text)
			default:
				emit(part)
			}
		}
	}
	return p
}

// appendText appends n letters from place offset on.
func (p *pool) appendText(dst []byte, offset, n int) []byte {
	offset++ // the blank before the first word
	entry := p.index[offset>>blockShift]
	at := int(entry >> offsetBits)
	skip := offset&(blockSize-1) + int(entry&(1<<offsetBits-1))
	w := p.words[at]
	for skip >= int(p.lengths[w]) {
		skip -= int(p.lengths[w])
		at++
		w = p.words[at]
	}
	// Whole words are copied at a fixed width and the end cut off, so the buffer needs room beyond n.
	start := len(dst)
	dst = grow(dst, n+wordWidth)
	out := dst[start : start+n+wordWidth]
	done := 0
	for {
		from := int(w)*wordStride + skip
		*(*[wordWidth]byte)(out[done:]) = *(*[wordWidth]byte)(p.letters[from:])
		done += int(p.lengths[w]) - skip
		if done >= n {
			return dst[:start+n]
		}
		skip = 0
		at++
		w = p.words[at]
	}
}

// grow makes room for n more bytes.
func grow(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	bigger := make([]byte, len(b), 2*cap(b)+n)
	copy(bigger, b)
	return bigger
}

// comment draws texts around a mean length, between 0.4 and 1.6 of it.
type comment struct {
	stream
	pool        *pool
	low, high   int64
	offsetRange int64
}

func newComment(p *pool, seed uint64, mean float64, perRow int, firstRow int64) comment {
	low, high := int64(mean*0.4), int64(mean*1.6)
	return comment{newStream(seed, 2*perRow, firstRow), p, low, high, poolSize - high + 1}
}

// spot is a place and a length in the text.
type spot struct{ offset, length int32 }

func (c *comment) draw() spot {
	offset := c.below(c.offsetRange)
	return spot{int32(offset), int32(c.low + c.below(c.high-c.low+1))}
}

func (c *comment) append(dst []byte) []byte {
	s := c.draw()
	return c.pool.appendText(dst, int(s.offset), int(s.length))
}

// touchBlock is how many comments are looked up together.
const touchBlock = 64

// touch reads what the comments at the spots need first from the pool. Places are random, so each read waits for memory; reads that do not depend
// on one another wait together. The sum only keeps the reads from being optimized away.
func (p *pool) touch(spots []spot) (sum byte) {
	var words [touchBlock]uint32
	for i, s := range spots {
		words[i] = p.index[(s.offset+1)>>blockShift] >> offsetBits
	}
	for i := range spots {
		sum += p.words[words[i]]
	}
	return sum
}
