package org.jft.bench.data;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.Closer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jft.bench.BenchRow;
import org.jft.bench.Rounds;
import org.jft.core.config.ImageConfig;
import org.jft.data.image.JpegDecoder;

/**
 * All sides on the same files with the same number of threads, taking turns: ours with each decoder
 * that is there, and the peers. On one thread reading the files out of Parquet is timed as well; on
 * several, ours on one, to see what the others add.
 */
final class Contest {
    private static final int WARM_UP_ROUNDS = 2;

    /**
     * The files of a contest.
     *
     * @param shape as the user wrote it, such as 500x375
     * @param photographs cut from photographs, not synthetic
     */
    record Photos(String shape, int width, int height, boolean photographs, List<byte[]> files) {
        int meanBytes() {
            return (int) (files.stream().mapToLong(file -> file.length).sum() / files.size());
        }
    }

    private final ImageConfig config;
    private final Photos photos;
    private final int threads;
    private final List<JpegDecoder> decoders =
            Arrays.stream(JpegDecoder.values()).filter(JpegDecoder::available).toList();
    private final List<Loader> ours = new ArrayList<>();
    private final List<Loader> oursOnOneThread = new ArrayList<>();
    private final List<Loader> peers = new ArrayList<>();
    private Loader parquet;

    Contest(ImageConfig config, Photos photos, int threads) {
        this.config = config;
        this.photos = photos;
        this.threads = threads;
    }

    /** Lets all sides work and returns their rows. */
    List<BenchRow> hold(Set<DataBench.Peer> peerKinds, int rounds)
            throws InterruptedException, IOException {
        try (Closer closer = Closer.create()) {
            List<Loader> all = new ArrayList<>();
            closer.register(() -> close(all));
            for (JpegDecoder decoder : decoders) {
                ours.add(entered(all, ours(decoder, threads)));
            }
            for (DataBench.Peer peer : peerKinds) {
                peers.add(entered(all, peer(peer)));
            }
            if (threads == 1) {
                ParquetReads reads =
                        new ParquetReads(photos.files(), photos.width(), photos.height());
                parquet = entered(all, new Loader("Parquet", reads));
            } else {
                for (JpegDecoder decoder : decoders) {
                    oursOnOneThread.add(entered(all, ours(decoder, 1)));
                }
            }
            for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                for (Loader loader : all) {
                    loader.warmUp();
                }
            }
            Rounds.inTurns("data", rounds, all);
            return rows();
        }
    }

    private List<BenchRow> rows() {
        List<BenchRow> rows = new ArrayList<>();
        for (int i = 0; i < decoders.size(); i++) {
            String decoder = decoders.get(i).toString();
            for (Loader peer : peers) {
                rows.add(row(decoder, decoder, ours.get(i), peer.name(), peer, Map.of()));
            }
            if (threads == 1) {
                double share = ours.get(i).rates().median() / parquet.rates().median();
                rows.add(
                        row(
                                decoder,
                                "reading Parquet",
                                parquet,
                                "decoding, " + decoder,
                                ours.get(i),
                                Map.of("share_of_decode_time", share)));
            } else {
                rows.add(
                        row(
                                decoder,
                                decoder,
                                ours.get(i),
                                "ours, 1 thread",
                                oursOnOneThread.get(i),
                                Map.of()));
            }
        }
        return rows;
    }

    private BenchRow row(
            String decoder,
            String what,
            Loader side,
            String peerName,
            Loader peer,
            Map<String, Object> more) {
        return new BenchRow(
                "data",
                "%s to %d px, %d thread%s, %s"
                        .formatted(
                                photos.shape(),
                                config.size(),
                                threads,
                                threads == 1 ? "" : "s",
                                what),
                side.rates(),
                peerName,
                peer.rates(),
                "images/s",
                ImmutableMap.<String, Object>builder()
                        .put("decoder", decoder)
                        .put("threads", threads)
                        .put("files", photos.shape())
                        .put("photographs", photos.photographs())
                        .put("mean_file_bytes", photos.meanBytes())
                        .putAll(more)
                        .build());
    }

    private Loader ours(JpegDecoder decoder, int onThreads) {
        int largest = photos.files().stream().mapToInt(file -> file.length).max().orElseThrow();
        return new Loader(
                "ours",
                new DecodingThreads(
                        photos.files(),
                        onThreads,
                        () -> new TransformSource(config, decoder, largest)));
    }

    private Loader peer(DataBench.Peer peer) {
        if (peer == DataBench.Peer.IMAGEIO) {
            return new Loader(
                    "imageio",
                    new DecodingThreads(photos.files(), threads, () -> new ImageIoSource(config)));
        }
        PythonProcesses python =
                new PythonProcesses(peer.toString(), config.size(), photos.files(), threads);
        return new Loader(python.version(), python);
    }

    private static Loader entered(List<Loader> all, Loader loader) {
        all.add(loader);
        return loader;
    }

    private static void close(List<Loader> loaders) throws IOException {
        for (Loader loader : loaders) {
            try {
                loader.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
