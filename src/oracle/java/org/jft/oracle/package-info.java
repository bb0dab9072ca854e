/**
 * DL4J graphs run by libtorch's functions: what engines are judged by, in double precision, and
 * what benchmarks race against. Start at {@link org.jft.oracle.LibtorchGraph}; {@link
 * org.jft.oracle.Probe} listens in. Shares no code with any engine: it reads DL4J's configuration
 * itself.
 */
package org.jft.oracle;
