// Package parquet reads and writes Parquet files.
//
// The reader is a datasource.VectorTable. From the file inwards:
//
//   - footer: metadata and schema, kept in a process-wide cache while the file does not change;
//   - scan, morsel: row groups, or parts of them, that statistics, bloom filters and runtime filters do not exclude;
//   - reader: one worker; for each batch it reads the columns of the cheapest filter first, then those of the next for the rows that are
//     left, then the others;
//   - leafReader: one column; pages are decompressed when a value is wanted, values decoded a batch at a time, dictionary codes kept
//     as codes where entries are few against rows;
//   - readNode: nested columns put together from their leaves' levels.
//
// github.com/parquet-go/parquet-go supplies the structures of the format and bloom filters; page headers, levels and values are decoded
// here. A file may be anything: sizes are checked before memory is allocated, and whatever goes wrong becomes an error that names file,
// row group and column.
//
// Sparrow makes no compatibility promise for this package.
package parquet
