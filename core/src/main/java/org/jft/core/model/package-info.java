/** ResNets as DL4J ComputationGraphConfigurations: no loss, no I/O. */
package org.jft.core.model;
