package org.jft.data.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** A folder of this machine. */
final class LocalStorage implements Storage {
    private final Path folder;
    private final OpenChannels channels = OpenChannels.ofThisProcess();

    LocalStorage(Path folder) {
        this.folder = folder;
    }

    @Override
    public Optional<Path> folder() {
        return Optional.of(folder);
    }

    @Override
    public OptionalLong nearBytes() {
        return OptionalLong.empty();
    }

    @Override
    public Path derived(String fingerprint) {
        return folder;
    }

    @Override
    public String locate(String name) {
        return folder.resolve(name).toString();
    }

    @Override
    public boolean exists(String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    @Override
    public byte[] readAll(String name) {
        try {
            return Files.readAllBytes(folder.resolve(name));
        } catch (NoSuchFileException e) {
            throw Problems.missing(locate(name), e);
        } catch (IOException e) {
            throw new StoreException(locate(name), "cannot be read: %s".formatted(e), e);
        }
    }

    @Override
    public StoredFile open(String name, long expectedBytes) {
        return LocalFile.open(folder.resolve(name), expectedBytes, channels, System::nanoTime);
    }

    @Override
    public Traffic traffic() {
        return Traffic.NONE;
    }

    @Override
    public void close() {
        channels.close();
    }
}
