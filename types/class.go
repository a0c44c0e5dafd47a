package types

// Class is a set of types that a parameter accepts, with the implicit cast into it. Compare Spark's AbstractDataType.
type Class struct {
	Name string // as error messages print it: "NUMERIC", "STRING"
	// Accept returns the type to which an argument of type t is cast (t itself if it belongs to the class).
	// literal tells whether the argument is a constant, for which Spark is more lenient with strings.
	Accept func(t Type, ansi, literal bool) (Type, bool)
}
