/** Classes, their hierarchy, upward closure and class statistics. */
package org.jft.data.taxonomy;
