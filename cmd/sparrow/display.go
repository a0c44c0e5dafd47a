package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// The prompts of the first and of further lines are of one width. The editor's own prompt of further lines would stand before the wrapped part
// of a long line as well, and hide text.
const (
	prompt       = "sparrow> "
	continuation = "      -> "
)

const (
	scrollDown = "\x1bD" // one line down, scrolling at the end of the screen, in the same column
	clearRight = "\x1b[K"
)

// display returns what the editor draws for an input, starting behind the prompt: the text, highlighted, and the prompts of its further lines.
func display(input string, color bool, cols, rows int) string {
	cols = max(cols, 1)
	plain := strings.Split(input, "\n")
	if color {
		input = highlight(input)
	}
	var b strings.Builder
	b.WriteString(makeRoom(plain, cols, rows))
	for i, line := range strings.Split(input, "\n") {
		if i > 0 {
			b.WriteString("\n\r" + paint(color, dim, continuation))
		}
		b.WriteString(line)
		// The rest of the last row may show older text. A row that is full must stay as it is: the cursor still stands on its last character.
		if i < len(plain)-1 && widthOf(plain[i])%cols != 0 {
			b.WriteString(clearRight)
		}
	}
	return b.String()
}

// widthOf is the width of a line with its prompt.
func widthOf(line string) int { return len(prompt) + text.StringWidthWithoutEscSequences(line) }

// makeRoom scrolls the terminal so that the input and a line more fit below its beginning, where the cursor is and stays. The editor, which does
// not ask how far the end of the screen is (see configure), would draw over what is above.
func makeRoom(lines []string, cols, rows int) string {
	need := min(inputRows(lines, cols)+1, rows-1)
	if need < 1 {
		return ""
	}
	return strings.Repeat(scrollDown, need) + fmt.Sprintf("\x1b[%dA", need)
}

// inputRows returns the rows of the terminal that an input takes, the cursor behind it included.
func inputRows(lines []string, cols int) int {
	n := 0
	for _, line := range lines {
		n += 1 + widthOf(line)/max(cols, 1)
	}
	return n
}
