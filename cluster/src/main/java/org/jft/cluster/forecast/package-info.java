/**
 * What an exchange between hosts would take, by formula, before there are hosts: {@link
 * org.jft.cluster.forecast.ExchangeForecast}. Numbers in, numbers out; {@link
 * org.jft.cluster.forecast.Carrier} knows what headers take.
 */
package org.jft.cluster.forecast;
