package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// SparkVersion is what version() reports: the Spark whose semantics these functions have.
const SparkVersion = "4.3.0"

func miscFuncs() []*expr.Func {
	noArgs := func(t types.Type) []expr.Sig { return []expr.Sig{returns(t)} }
	return []*expr.Func{
		{Name: "version", Group: miscGroup, Since: "3.0.0", Usage: "version() - Returns the version of Spark whose SQL this is.",
			Examples: []expr.Example{{SQL: "SELECT version()", Want: SparkVersion}}, Sigs: noArgs(types.StringType), NeverNull: true,
			Rewrite: func(*expr.Call) (expr.Expr, error) { return stringLiteral(SparkVersion), nil }},
		{Name: "current_user", Aliases: []string{"user", "session_user"}, Group: miscGroup, Since: "3.2.0", Usage: "current_user() - Returns the name of the user who runs the query.",
			Sigs: noArgs(types.StringType), NeverNull: true, PerQuery: true, New: newEnvText(func(e *expr.Env) string { return e.User })},
		{Name: "current_catalog", Group: miscGroup, Since: "3.1.0", Usage: "current_catalog() - Returns the name of the current catalog.",
			Examples: []expr.Example{{SQL: "SELECT current_catalog()", Want: "spark_catalog"}}, Sigs: noArgs(types.StringType), NeverNull: true, PerQuery: true, New: newEnvText(func(e *expr.Env) string { return e.Catalog })},
		{Name: "current_database", Aliases: []string{"current_schema"}, Group: miscGroup, Since: "1.6.0", Usage: "current_database() - Returns the name of the current database.",
			Examples: []expr.Example{{SQL: "SELECT current_database()", Want: "default"}}, Sigs: noArgs(types.StringType), NeverNull: true, PerQuery: true, New: newEnvText(func(e *expr.Env) string { return e.Database })},
		{Name: "current_path", Group: miscGroup, Since: "4.2.0", Usage: "current_path() - Returns the schemas in which functions are looked for, in order.",
			Examples: []expr.Example{{SQL: "SELECT current_path()", Want: "system.builtin,system.session,spark_catalog.default"}}, Sigs: noArgs(types.StringType), NeverNull: true, PerQuery: true,
			New: newEnvText(func(e *expr.Env) string { return "system.builtin,system.session," + e.Catalog + "." + e.Database })},
		{Name: "monotonically_increasing_id", Group: miscGroup, Since: "1.4.0", Usage: "monotonically_increasing_id() - Returns a different, growing bigint for every row; the numbers have gaps.",
			Examples: []expr.Example{{SQL: "SELECT monotonically_increasing_id()", Want: "0"}}, Sigs: noArgs(types.BigIntType), NeverNull: true, Volatile: true, New: kernelOf(increasingID)},
		{Name: "spark_partition_id", Group: miscGroup, Since: "1.4.0", Usage: "spark_partition_id() - Returns the number of the part of the input that a row is in.",
			Examples: []expr.Example{{SQL: "SELECT spark_partition_id()", Want: "0"}}, Sigs: noArgs(types.IntType), NeverNull: true, Volatile: true, New: kernelOf(partitionID)},
		{Name: "input_file_name", Group: miscGroup, Since: "1.5.0", Usage: "input_file_name() - Not supported: the file a row comes from is in the column _metadata.file_path.",
			Sigs: noArgs(types.StringType), Rewrite: unsupportedCall("INPUT_FILE", "input_file_name() is not supported; use the column _metadata.file_path.")},
		{Name: "input_file_block_start", Group: miscGroup, Since: "2.2.0", Usage: "input_file_block_start() - Not supported.",
			Sigs: noArgs(types.BigIntType), Rewrite: unsupportedCall("INPUT_FILE", "input_file_block_start() is not supported.")},
		{Name: "input_file_block_length", Group: miscGroup, Since: "2.2.0", Usage: "input_file_block_length() - Not supported.",
			Sigs: noArgs(types.BigIntType), Rewrite: unsupportedCall("INPUT_FILE", "input_file_block_length() is not supported.")},
		{Name: "java_method", Aliases: []string{"reflect", "try_reflect"}, Group: miscGroup, Since: "2.0.0", Usage: "java_method(class, method[, arg …]) - Not supported: there is no Java here.",
			Sigs: []expr.Sig{{Params: []types.Class{types.ClassString, types.ClassString, types.ClassAny}, Variadic: true, Result: stringResult}}, Rewrite: unsupportedCall("JAVA_METHOD", "Java methods cannot be called.")},
	}
}

func unsupportedCall(feature, message string) func(*expr.Call) (expr.Expr, error) {
	return func(c *expr.Call) (expr.Expr, error) { return nil, sqlerr.Unsupported(feature, c.At, "%s", message) }
}

// newEnvText makes a constant of a property of the session.
func newEnvText(f func(*expr.Env) string) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		text := ""
		if s.Env != nil {
			text = f(s.Env)
		}
		return func(k *expr.KernelCall) { *k.Out = *columnar.NewConstant(types.StringType, text, k.Rows.N) }, nil
	}
}

func increasingID(k *expr.KernelCall) {
	out := columnar.Values[int64](k.Out)
	base := int64(k.Morsel)<<33 + k.RowBase
	for i := range out {
		out[i] = base + int64(i)
	}
}

func partitionID(k *expr.KernelCall) {
	out := columnar.Values[int32](k.Out)
	for i := range out {
		out[i] = int32(k.Morsel)
	}
}
