/**
 * The records of a run and the only place where strings become types. Start at {@link
 * org.jft.core.config.RunConfig}; {@link org.jft.core.config.ConfigLoader} reads YAML and dotted
 * overrides into it and answers an unknown key with the nearest valid one. Every record checks
 * itself at birth; rules that span records live on the root.
 */
package org.jft.core.config;
