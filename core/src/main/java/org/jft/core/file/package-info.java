/**
 * Files that are there as a whole or not at all ({@link org.jft.core.file.WholeFile}), and tables
 * of text ({@link org.jft.core.file.DelimitedFile}).
 */
package org.jft.core.file;
