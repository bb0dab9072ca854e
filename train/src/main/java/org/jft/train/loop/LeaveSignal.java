package org.jft.train.loop;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * SIGTERM, heard as a wish to leave at the end of a step: what Slurm, Kubernetes and our own
 * launcher send some time before they kill. A second one ends the process at once. While nobody
 * listens SIGTERM does what it did before.
 */
final class LeaveSignal implements AutoCloseable {
    private static final String NAME = "TERM";

    private final Runnable onReceived;
    private volatile boolean received;
    private Object before; // null when the JVM keeps its signals to itself (-Xrs)

    /**
     * Does not listen yet.
     *
     * @param onReceived runs at the first signal, on a thread of the JVM
     */
    LeaveSignal(Runnable onReceived) {
        this.onReceived = onReceived;
    }

    /** Listens from here on, until closed. Idempotent. */
    LeaveSignal listen() {
        if (before == null) {
            InvocationHandler onSignal =
                    (proxy, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return method.invoke(this, arguments);
                        }
                        onSignal();
                        return null;
                    };
            before =
                    handle(
                            Proxy.newProxyInstance(
                                    ClassLoader.getSystemClassLoader(),
                                    new Class<?>[] {type("SignalHandler")},
                                    onSignal));
        }
        return this;
    }

    /** Returns whether SIGTERM has come. */
    boolean received() {
        return received;
    }

    private void onSignal() {
        if (received) {
            System.exit(LeftEarlyException.EXIT_CODE);
        }
        received = true;
        onReceived.run();
        System.err.println("SIGTERM: leaves at the end of this step; a second one ends at once");
    }

    @Override
    public void close() {
        if (before != null) {
            handle(before);
            before = null;
        }
    }

    /**
     * Sets the handler and returns the one before. By name, because the compiler warns of every
     * mention of sun.misc.Signal, though the module jdk.unsupported exports it to all.
     */
    private static Object handle(Object handler) {
        Class<?> signal = type("Signal");
        try {
            Method handle = signal.getMethod("handle", signal, type("SignalHandler"));
            return handle.invoke(
                    null, signal.getConstructor(String.class).newInstance(NAME), handler);
        } catch (InvocationTargetException e) {
            return null; // IllegalArgumentException: the signal is not ours to have
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName("sun.misc." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
