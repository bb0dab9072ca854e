/**
 * The classifier when its classes are dealt out to the workers. {@link
 * org.jft.train.sharding.ShardedHead} is its forward and backward pass over what the ranks
 * exchange; {@link org.jft.train.sharding.ModelTransfer} puts the model together for a checkpoint
 * and takes it apart behind one; {@link org.jft.train.sharding.HeadTraffic} counts bytes by
 * formula.
 */
package org.jft.train.sharding;
