package org.jft.cluster.launch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends a worker whose launcher is gone: without it nobody hosts the media driver, reads the
 * worker's output or ends it. Looks twice a second ({@code ProcessHandle.onExit} of a process that
 * is not a child looks only every 5 s), on a daemon thread.
 */
public final class ParentWatch {
    /** Exit code of a worker that ended because its launcher did. */
    public static final int EXIT_CODE = 4;

    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long launcherPid;
    private final ProcessHandle launcher;
    private final boolean child;

    private ParentWatch(long launcherPid, ProcessHandle launcher, boolean child) {
        this.launcherPid = launcherPid;
        this.launcher = launcher;
        this.child = child;
    }

    /**
     * Starts watching, when the member has a launcher. Call it first thing in a worker's main
     * method.
     */
    public static void start(MemberEnvironment member) {
        if (member.launcherPid().isEmpty()) {
            return;
        }
        long pid = member.launcherPid().getAsLong();
        ParentWatch watch =
                new ParentWatch(pid, ProcessHandle.of(pid).orElse(null), parentPid() == pid);
        Thread thread = new Thread(watch::run, "parent-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!gone()) {
            LockSupport.parkNanos(INTERVAL_NS);
        }
        System.err.printf("launcher (pid %d) is gone, this worker ends%n", launcherPid);
        Runtime.getRuntime().halt(EXIT_CODE); // hooks might wait for what is gone
    }

    private boolean gone() {
        // A killed launcher that nobody has waited for still looks alive, but has lost its
        // children.
        return launcher == null || !launcher.isAlive() || child && parentPid() != launcherPid;
    }

    private static long parentPid() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L);
    }
}
