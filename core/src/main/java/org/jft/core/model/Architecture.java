package org.jft.core.model;

/** A ResNet by numbers: He et al. 2016 (table 1 for ImageNet, section 4.2 for small images). */
enum Architecture {
    RESNET18("resnet18", Stem.DOWNSAMPLING, Block.BASIC, 64, 2, 2, 2, 2),
    RESNET50("resnet50", Stem.DOWNSAMPLING, Block.BOTTLENECK, 64, 3, 4, 6, 3),
    RESNET101("resnet101", Stem.DOWNSAMPLING, Block.BOTTLENECK, 64, 3, 4, 23, 3),
    RESNET152("resnet152", Stem.DOWNSAMPLING, Block.BOTTLENECK, 64, 3, 8, 36, 3),
    RESNET8S("resnet8s", Stem.PLAIN, Block.BASIC, 16, 1, 1, 1),
    RESNET14S("resnet14s", Stem.PLAIN, Block.BASIC, 16, 2, 2, 2),
    RESNET20S("resnet20s", Stem.PLAIN, Block.BASIC, 16, 3, 3, 3);

    /** What stands before the first stage. */
    enum Stem {
        /** 7x7 convolution of stride 2, then 3x3 max pooling of stride 2: a quarter of the side. */
        DOWNSAMPLING(32),
        /** 3x3 convolution of stride 1: the side stays. */
        PLAIN(8);

        /** Below this side the last stage sees less than one pixel per downsampling. */
        final int smallestImage;

        Stem(int smallestImage) {
            this.smallestImage = smallestImage;
        }
    }

    /** What a stage is made of. */
    enum Block {
        /** Two 3x3 convolutions. */
        BASIC(1),
        /** 1x1, 3x3, 1x1; the stride sits in the 3x3 (v1.5, as torchvision). */
        BOTTLENECK(4);

        /** Output channels over the stage's width. */
        final int expansion;

        Block(int expansion) {
            this.expansion = expansion;
        }
    }

    private final String key;
    private final Stem stem;
    private final Block block;
    private final int width;
    private final int[] depths;

    Architecture(String key, Stem stem, Block block, int width, int... depths) {
        this.key = key;
        this.stem = stem;
        this.block = block;
        this.width = width;
        this.depths = depths;
    }

    /** Returns the name in a config. */
    String key() {
        return key;
    }

    Stem stem() {
        return stem;
    }

    Block block() {
        return block;
    }

    /** Returns the channels of the first stage unless a config says otherwise. */
    int width() {
        return width;
    }

    int stages() {
        return depths.length;
    }

    /** Returns the blocks of a stage, counted from 0. */
    int depth(int stage) {
        return depths[stage];
    }
}
