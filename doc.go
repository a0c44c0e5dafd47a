// Package sparrow is an embedded SQL and DataFrame engine: Spark SQL's planning on Arrow's memory, in pure Go.
package sparrow
