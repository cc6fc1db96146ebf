// Package sheet reads tables that people send: workbooks (.xlsx) and delimited text (.csv, .tsv), row by row, with the memory
// of a few rows however long they are, and writes them. It knows nothing of what the columns mean. What it takes in is hostile
// until shown otherwise: every count and size is bounded, nothing is executed, and each refusal is a fault of this package.
package sheet
