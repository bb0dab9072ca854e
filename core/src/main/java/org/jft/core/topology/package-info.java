/** Where a process stands among the others: rank arithmetic only, no I/O. */
package org.jft.core.topology;
