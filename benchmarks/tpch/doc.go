// Package tpch is the TPC-H benchmark as data and functions: its tables written as files, its 22 queries with the validation parameters, their
// published answers, and the comparison of a result with an answer.
//
// The package promises no compatibility.
package tpch
