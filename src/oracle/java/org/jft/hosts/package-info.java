/**
 * Hosts that are network namespaces of this machine, to see between processes what a network does:
 * {@link org.jft.hosts.NamespaceHosts}. For tests and benchmarks; Linux, as root.
 */
package org.jft.hosts;
