package org.jft.core.metric;

import java.util.Map;

/** Takes one set of named numbers at a time. An open port: files now, anything else later. */
public interface MetricSink extends AutoCloseable {
    /**
     * Takes the numbers of one moment.
     *
     * @param values snake_case names to numbers, in the order to show them
     */
    void write(Map<String, Number> values);

    @Override
    void close();
}
