package org.jft.core.engine.portable;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.Pass;
import org.jft.core.engine.portable.ProgramRunner.Job;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * One training pass forward and backward. Files, float32, row-major, images NCHW, I counting from
 * 0:
 *
 * <pre>
 *   parameters.f32, inputI.f32, outputGradientI.f32    read
 *   outputI.f32, gradients.f32, inputGradientI.f32     written, the last if the program asks for it
 * </pre>
 */
final class PortablePass {
    private PortablePass() {}

    static void run(Engine engine, PortableNetwork network, Job job) throws IOException {
        Program program = network.program();
        List<EngineInput> inputs = new ArrayList<>();
        for (FloatBuffer values : read(job, "input", program.inputs())) {
            inputs.add(new EngineInput.Tensor(values, job.batch));
        }
        List<FloatBuffer> outputs = engine.forward(inputs, Pass.training(0));
        for (int i = 0; i < outputs.size(); i++) {
            NumberFiles.write(file(job, "output", i), outputs.get(i));
        }
        engine.backward(read(job, "outputGradient", program.outputs()), GradientListener.NONE);
        NumberFiles.write(job.folder.resolve("gradients.f32"), engine.gradients());
        if (program.inputGradients()) {
            for (int i = 0; i < inputs.size(); i++) {
                NumberFiles.write(file(job, "inputGradient", i), engine.inputGradient(i));
            }
        }
    }

    private static List<FloatBuffer> read(Job job, String what, List<Value> values)
            throws IOException {
        List<FloatBuffer> read = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            long count = (long) job.batch * values.get(i).shape().elements();
            read.add(NumberFiles.floats(file(job, what, i), count));
        }
        return read;
    }

    private static Path file(Job job, String what, int index) {
        return job.folder.resolve(what + index + ".f32");
    }
}
