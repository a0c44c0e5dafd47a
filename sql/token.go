package sql

// kind is the kind of a token: a keyword, or one of the following.
type kind uint16

// The kinds of tokens besides keywords.
const (
	tokEOF  kind = 0
	tokWord kind = iota + 1000
	tokQuoted
	tokString   // '…' or r'…'
	tokDQString // "…" or r"…"
	tokDollar   // $$…$$
	tokInteger
	tokDecimal
	tokExponent
	tokTinyInt
	tokSmallInt
	tokBigInt
	tokFloat
	tokDouble
	tokBigDecimal
	tokURI     // s3://bucket/key, without quotes
	tokHint    // /*+
	tokHintEnd // */ of a hint
	tokUnknown

	tokLParen
	tokRParen
	tokLBracket
	tokRBracket
	tokComma
	tokDot
	tokSemicolon
	tokColon
	tokDoubleColon
	tokQuestion
	tokAt
	tokEq
	tokNullSafeEq
	tokNe
	tokLt
	tokLe
	tokGt
	tokGe
	tokShiftLeft
	tokPlus
	tokMinus
	tokStar
	tokSlash
	tokPercent
	tokTilde
	tokAmp
	tokPipe
	tokConcat
	tokPipeOp // |>
	tokCaret
	tokBang
	tokArrow    // ->
	tokFatArrow // =>
)

// token is a piece of the text.
type token struct {
	kind       kind
	start, end int32
}

func (k kind) isKeyword() bool { return k > 0 && k < tokWord }
