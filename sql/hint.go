package sql

// nearestKeyword returns the word of a clause that a misspelt name resembles: "FORM" for FROM. It looks at the token itself and at the
// name before it, which a misspelt keyword often became an alias.
func (p *parser) nearestKeyword(t token) string {
	for _, i := range []int{p.pos, p.pos - 1} {
		if i < 0 || i >= len(p.tokens) || p.tokens[i].kind != tokWord {
			continue
		}
		if k := resembling(p.tokenText(p.tokens[i])); k != "" {
			return k
		}
	}
	return ""
}

// clauseWords are the keywords that statements and clauses begin with.
var clauseWords = [...]kind{kwSELECT, kwFROM, kwWHERE, kwGROUP, kwHAVING, kwORDER, kwLIMIT, kwOFFSET, kwUNION, kwINTERSECT, kwEXCEPT, kwJOIN, kwLEFT, kwRIGHT,
	kwINNER, kwOUTER, kwCROSS, kwWITH, kwINSERT, kwINTO, kwVALUES, kwCREATE, kwTABLE, kwVIEW, kwDROP, kwEXPLAIN, kwDESCRIBE, kwSHOW, kwBETWEEN, kwDISTINCT, kwQUALIFY,
	kwWINDOW, kwPARTITION, kwCASE, kwWHEN, kwTHEN, kwELSE, kwEND, kwLATERAL, kwUSING, kwOVERWRITE}

// resembling returns the clause word within one edit (or one swap of neighbours) of a word of at least four letters; "" if none is.
func resembling(word string) string {
	if len(word) < 4 || len(word) > maxKeyword {
		return ""
	}
	upper := make([]byte, len(word))
	for i := range len(word) {
		upper[i] = word[i]
		if c := word[i]; c >= 'a' && c <= 'z' {
			upper[i] = c - 'a' + 'A'
		}
	}
	for _, k := range clauseWords {
		if oneEdit(string(upper), keywordNames[k]) {
			return keywordNames[k]
		}
	}
	return ""
}

// oneEdit reports whether a becomes b by one insertion, deletion, replacement or swap of neighbours.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) != len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
