package org.jft.cluster.launch;

/** Ends with a code after some time. Arguments: the code, milliseconds. */
public final class ExitMain {
    private ExitMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        Thread.sleep(Long.parseLong(arguments[1]));
        System.exit(Integer.parseInt(arguments[0]));
    }
}
