/**
 * The networks, and their weights in the field's file format.
 *
 * <p>Start at {@link org.jft.core.model.Architectures}: a name becomes a DL4J
 * ComputationGraphConfiguration made of stock layers only, so that DL4J restores a checkpoint
 * without this project on its class path. No loss in it: outputs are logits. {@link
 * org.jft.core.model.ModelSummary} counts parameters, multiply-adds and activations of any such
 * graph. {@link org.jft.core.model.TorchState} reads and writes weights under torchvision's names
 * ({@code Safetensors} holds the bytes).
 */
package org.jft.core.model;
