/**
 * What an exchange between hosts would take, by formula, before there are hosts: {@link
 * org.jft.cluster.forecast.ExchangeForecast}. Numbers in, numbers out.
 */
package org.jft.cluster.forecast;
