package org.jft.core.engine.portable;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.Pass;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * One training pass forward and backward. Files of a {@link PortableCase}, float32, row-major,
 * images NCHW, I counting from 0:
 *
 * <pre>
 *   parameters.f32, inputI.f32, outputGradientI.f32    read
 *   outputI.f32, gradients.f32, inputGradientI.f32     written, the last if the program asks for it
 * </pre>
 */
final class PortablePass {
    private PortablePass() {}

    static void run(Engine engine, PortableNetwork network, PortableCase of) throws IOException {
        Program program = network.program();
        List<EngineInput> inputs = new ArrayList<>();
        for (FloatBuffer values : read(of, "input", program.inputs())) {
            inputs.add(new EngineInput.Tensor(values, of.batch()));
        }
        List<FloatBuffer> outputs = engine.forward(inputs, Pass.training(0));
        for (int i = 0; i < outputs.size(); i++) {
            NumberFiles.write(of.result(name("output", i)), outputs.get(i));
        }
        engine.backward(read(of, "outputGradient", program.outputs()), GradientListener.NONE);
        NumberFiles.write(of.result("gradients.f32"), engine.gradients());
        if (program.inputGradients()) {
            for (int i = 0; i < inputs.size(); i++) {
                NumberFiles.write(of.result(name("inputGradient", i)), engine.inputGradient(i));
            }
        }
    }

    private static List<FloatBuffer> read(PortableCase of, String what, List<Value> values)
            throws IOException {
        List<FloatBuffer> read = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            long count = (long) of.batch() * values.get(i).shape().elements();
            read.add(NumberFiles.floats(of.given(name(what, i)), count));
        }
        return read;
    }

    private static String name(String what, int index) {
        return what + index + ".f32";
    }
}
