/**
 * A data set for the eye: {@link org.jft.data.inspect.Survey} counts what is in it, {@link
 * org.jft.data.inspect.SurveyPage} shows that as one HTML page, {@link
 * org.jft.data.inspect.ContactSheet} draws samples as training or evaluation sees them.
 */
package org.jft.data.inspect;
