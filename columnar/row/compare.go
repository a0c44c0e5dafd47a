package row

import (
	"bytes"
	"unsafe"

	"github.com/sparrow-engine/sparrow/columnar"
)

// Equal reports whether row i of p equals row j of q, pages of one layout; nulls are equal to each other.
func (p *Page) Equal(i int, q *Page, j int) bool {
	w := p.Layout.Words
	a, b := p.words[i*w:i*w+w:i*w+w], q.words[j*w:j*w+w:j*w+w]
	if !p.Layout.hasHeap {
		for k, x := range a {
			if x != b[k] {
				return false
			}
		}
		return true
	}
	return p.equalLong(a, q, b)
}

// equalLong compares rows with strings. The first word of a string is its length and prefix, so that when they are equal the second is
// either both times the rest of the string or both times a place. Strings of which it is a place come last: the words decide more cheaply.
func (p *Page) equalLong(a []uint64, q *Page, b []uint64) bool {
	differ := uint64(0)
	for _, k := range p.Layout.short {
		differ |= a[k] ^ b[k]
	}
	if differ != 0 {
		return false
	}
	places := false
	for _, k := range p.Layout.places {
		if uint32(a[k-1]) > columnar.MaxInline {
			places = true
		} else if a[k] != b[k] {
			return false
		}
	}
	if !places {
		return true
	}
	for _, k := range p.Layout.places {
		if uint32(a[k-1]) > columnar.MaxInline && !bytes.Equal(view(a, k-1).Bytes(p.heap), view(b, k-1).Bytes(q.heap)) {
			return false
		}
	}
	return true
}

func view(words []uint64, at int) *columnar.View {
	_ = words[at+1]
	return (*columnar.View)(unsafe.Pointer(&words[at]))
}

// Append copies row i of q, a page of the same layout, to the end of p, with the bytes it refers to.
func (p *Page) Append(q *Page, i int) {
	w := p.Layout.Words
	old := len(p.words)
	p.words = append(p.words, q.words[i*w:i*w+w]...)
	p.n++
	for c, wide := range q.wide {
		if wide {
			p.wide[c] = true
		}
	}
	if !p.Layout.hasHeap {
		return
	}
	row := p.words[old:]
	for _, k := range p.Layout.places {
		if v := view(row, k-1); v.Len > columnar.MaxInline {
			b := v.Bytes(q.heap)
			block, off := p.store(b)
			*v = columnar.RefView(b, block, off)
		}
	}
}
