/** Files that are there as a whole or not at all: {@link org.jft.core.file.WholeFile}. */
package org.jft.core.file;
