/**
 * How many near-duplicates are found: {@link org.jft.bench.dedup.DedupBench} alters photographs in
 * the ways of {@link org.jft.bench.dedup.Alteration} and looks for the originals.
 */
package org.jft.bench.dedup;
