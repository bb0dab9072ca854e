package org.jft.core.engine.portable;

import org.jft.core.cli.CommandRunner;
import org.jft.core.engine.cuda.EmulatedCuda;

/**
 * {@link ProgramRunner} over an emulated GPU, for trials of the acceptance run's scripts: {@code
 * accept.py --trial "java -cp ... org.jft.core.engine.portable.EmulatedRunner"}.
 */
final class EmulatedRunner {
    private EmulatedRunner() {}

    public static void main(String[] args) {
        ProgramRunner runner = new ProgramRunner(new EmulatedCuda(true)::compile);
        System.exit(CommandRunner.run(runner, args));
    }
}
