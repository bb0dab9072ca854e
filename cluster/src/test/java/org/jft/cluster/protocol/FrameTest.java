package org.jft.cluster.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class FrameTest {
    private final ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);

    @Test
    void shouldPutEveryFieldWhereThePictureSays() {
        JobToken job = JobToken.of("a job");
        new FrameEncoder()
                .wrap(buffer, 8)
                .job(job)
                .generation(2)
                .operation(3)
                .kind(FrameKind.BROADCAST)
                .sender(5)
                .length(6)
                .message(7)
                .byteCount(4);
        assertThat(FrameDescriptor.HEADER_LENGTH).isEqualTo(32);
        assertThat(bytes.getLong(8)).isEqualTo(job.value());
        assertThat(bytes.getInt(8 + 8)).isEqualTo(2);
        assertThat(bytes.getInt(8 + 12)).isEqualTo(3);
        assertThat(bytes.getShort(8 + 16)).isEqualTo((short) 2);
        assertThat(bytes.getShort(8 + 18)).isEqualTo((short) 5);
        assertThat(bytes.getInt(8 + 20)).isEqualTo(6);
        assertThat(bytes.getInt(8 + 24)).isEqualTo(7);
        assertThat(bytes.getInt(8 + 28)).isEqualTo(4);

        FrameDecoder decoder = new FrameDecoder().wrap(buffer, 8, 36);
        assertThat(decoder.wellFormed()).isTrue();
        assertThat(decoder.isOf(job)).isTrue();
        assertThat(decoder.isOf(JobToken.of("another"))).isFalse();
        assertThat(decoder.generation()).isEqualTo(2);
        assertThat(decoder.operation()).isEqualTo(3);
        assertThat(decoder.kind()).isEqualTo(FrameKind.BROADCAST);
        assertThat(decoder.sender()).isEqualTo(5);
        assertThat(decoder.length()).isEqualTo(6);
        assertThat(decoder.message()).isEqualTo(7);
        assertThat(decoder.byteCount()).isEqualTo(4);
        assertThat(decoder.payloadOffset()).isEqualTo(40);
    }

    @Test
    void shouldNotTakeTruncatedOrUnknownFramesForWellFormed() {
        new FrameEncoder().wrap(buffer, 0).kind(FrameKind.ALL_REDUCE).byteCount(8);
        FrameDecoder decoder = new FrameDecoder();
        assertThat(decoder.wrap(buffer, 0, 40).wellFormed()).isTrue();
        assertThat(decoder.wrap(buffer, 0, 39).wellFormed()).isFalse();
        assertThat(decoder.wrap(buffer, 0, 41).wellFormed()).isFalse();
        assertThat(decoder.wrap(buffer, 0, 31).wellFormed()).isFalse();
        bytes.putShort(16, (short) 99);
        assertThat(decoder.wrap(buffer, 0, 40).wellFormed()).isFalse();
        bytes.putShort(16, (short) 0);
        assertThat(decoder.wrap(buffer, 0, 40).wellFormed()).isFalse();
    }

    @Test
    void shouldKeepTheCodesOfTheWireFormat() {
        assertThat(FrameKind.values())
                .extracting(FrameKind::code)
                .extracting(Short::intValue)
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        for (FrameKind kind : FrameKind.values()) {
            assertThat(FrameKind.of(kind.code())).isEqualTo(kind);
        }
    }

    @Test
    void shouldReadAnAnnouncementBack() {
        Announcement written =
                new Announcement(
                        1,
                        2,
                        3,
                        Long.MAX_VALUE,
                        "Knoten-ß-7",
                        "fingerprint ✓",
                        new Endpoint("10.0.0.7", 29500, List.of(40123, 40125), 1472));
        written.encode(buffer, 40);
        assertThat(Announcement.decode(buffer, 40)).isEqualTo(written);
        assertThat(bytes.getInt(40)).isEqualTo(1);
        assertThat(bytes.getInt(44)).isEqualTo(2);
        assertThat(bytes.getInt(48)).isEqualTo(3);
        assertThat(bytes.getLong(52)).isEqualTo(Long.MAX_VALUE);
        assertThat(bytes.getInt(60)).isEqualTo("Knoten-ß-7".length() + 1);
        int endpoint = 60 + 4 + 11 + 4 + 15;
        assertThat(bytes.getInt(endpoint)).isEqualTo(29500);
        assertThat(bytes.getInt(endpoint + 4)).isEqualTo(1472);
        assertThat(bytes.getInt(endpoint + 8)).as("UDP ports").isEqualTo(2);
        assertThat(bytes.getInt(endpoint + 12)).isEqualTo(40123);
        assertThat(bytes.getInt(endpoint + 16)).isEqualTo(40125);
        assertThat(bytes.getInt(endpoint + 20)).isEqualTo("10.0.0.7".length());
        assertThat(written.encodedLength()).isEqualTo(endpoint + 24 + 8 - 40);
        assertThat(written).hasToString("rank 2 (pid 9223372036854775807 on Knoten-ß-7)");
        assertThatThrownBy(
                        () -> new Announcement(1, 0, 1, 1, "host", "x".repeat(129), Endpoint.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fingerprint");
    }

    @Test
    void shouldReadAnAbortNoticeBackAndCutALongReason() {
        AbortNotice written = new AbortNotice(1, 2, "rank 1 is gone");
        written.encode(buffer, 4);
        assertThat(AbortNotice.decode(buffer, 4)).isEqualTo(written);
        assertThat(written.encodedLength()).isEqualTo(12 + 14);
        assertThat(new AbortNotice(0, 1, "x".repeat(5_000)).encodedLength()).isEqualTo(12 + 512);
    }

    @Test
    void shouldTellJobsApart() {
        assertThat(JobToken.of("a")).isEqualTo(JobToken.of("a"));
        assertThat(JobToken.of("a").value()).isNotEqualTo(JobToken.of("b").value());
        assertThat(JobToken.of("a", "s").value()).isNotEqualTo(JobToken.of("a").value());
        assertThat(JobToken.of("a", "s").value()).isNotEqualTo(JobToken.of("a", "t").value());
        byte[] text = {1, 2, 3};
        assertThat(JobToken.of("a", "s").sign(text)).hasSize(32);
        assertThat(JobToken.of("a", "s").sign(text)).isNotEqualTo(JobToken.of("a").sign(text));
    }
}
