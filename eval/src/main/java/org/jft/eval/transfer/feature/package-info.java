/**
 * Pooled features of the images of a target, computed once for each network: {@link
 * org.jft.eval.transfer.feature.FeatureCache} finds them in a file or has them computed.
 */
package org.jft.eval.transfer.feature;
