package org.jft.bench.collective;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.jft.core.topology.Topology;

/**
 * The peer: PyTorch's CPU backend for distributed training, over loopback TCP, as {@code
 * torch.distributed.all_reduce} runs it. It sums the very memory that ours sums.
 */
final class GlooSum implements AutoCloseable {
    private final FileStore store;
    private final ProcessGroupGloo group;
    private final FloatPointer memory;
    private final TensorVector tensors;

    /**
     * Joins the ranks of a job; all call it.
     *
     * @param store a path that all ranks share, where no file is yet
     */
    GlooSum(Topology at, Path store, FloatBuffer vector) {
        this.store = new FileStore(store.toString(), at.worldSize());
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create();
        options.devices(
                new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname("127.0.0.1")));
        group = new ProcessGroupGloo(this.store, at.rank(), at.worldSize(), options);
        memory = new FloatPointer(vector);
        Tensor tensor = torch.from_blob(memory, new long[] {vector.capacity()});
        tensors = new TensorVector(tensor);
    }

    void allReduce() {
        try (Work work = group.allreduce(tensors)) {
            work._wait();
        }
    }

    @Override
    public void close() {
        tensors.close();
        memory.close();
        group.close();
        store.close();
    }
}
