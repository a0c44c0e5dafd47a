// Package gen produces the eight TPC-H tables (specification 4.2) as Arrow record batches.
//
// The rows are those of the TPC's dbgen, value for value: the same random streams, the same text pool, the same date and key rules. A table is
// cut into parts that are generated independently, because a stream is moved to any row in O(log n); memory is one batch for each table being
// read plus about 65 MB for the text pool, which is shared and freed when no table uses it.
//
// The package depends on Arrow only and may be used alone. It promises no compatibility.
package gen
