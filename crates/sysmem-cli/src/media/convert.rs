//! Between YUV 4:2:0 and RGB, for output of another kind than the input.

use crate::media::{Rgba, Yuv420, YuvMeaning};

impl YuvMeaning {
    /// An RGB image of a YUV one. Chroma is the nearest sample's.
    pub fn to_rgba(self, image: &Yuv420) -> Rgba {
        let chroma_width = image.width.div_ceil(2) as usize;
        let rows = image.y.chunks_exact((image.width as usize).max(1)).enumerate();
        let pixels = rows.flat_map(|(y, row)| {
            row.iter().enumerate().flat_map(move |(x, &luma)| {
                let at = y / 2 * chroma_width + x / 2;
                let [r, g, b] = self.rgb(luma, image.u[at], image.v[at]);
                [r, g, b, 255]
            })
        });
        Rgba { width: image.width, height: image.height, pixels: pixels.collect() }
    }

    /// A YUV image of an RGB one. Chroma is the mean of its four pixels; alpha is dropped.
    pub fn to_yuv(self, image: &Rgba) -> Yuv420 {
        let mut result = Yuv420::black(image.width, image.height);
        let (width, height) = (image.width as usize, image.height as usize);
        let (pixels, _) = image.pixels.as_chunks::<4>();
        for (luma, pixel) in result.y.iter_mut().zip(pixels) {
            *luma = self.luma(*pixel);
        }
        let chroma_width = width.div_ceil(2);
        for at in 0..result.u.len() {
            let (x, y) = (at % chroma_width * 2, at / chroma_width * 2);
            let columns = [x, (x + 1).min(width - 1)];
            let rows = [y, (y + 1).min(height - 1)];
            let block = rows.map(|row| columns.map(|column| pixels[row * width + column]));
            (result.u[at], result.v[at]) = self.chroma(&block);
        }
        result
    }

    fn rgb(self, y: u8, u: u8, v: u8) -> [u8; 3] {
        let (black, luma_span) = self.luma_levels();
        let y = (f32::from(y) - f32::from(black)) * 255.0 / f32::from(luma_span);
        let [cb, cr] = [u, v].map(|c| (f32::from(c) - 128.0) * 255.0 / self.chroma_span());
        let (kr, kb) = (self.red_weight, self.blue_weight);
        let r = y + 2.0 * (1.0 - kr) * cr;
        let b = y + 2.0 * (1.0 - kb) * cb;
        let g = (y - kr * r - kb * b) / (1.0 - kr - kb);
        [r, g, b].map(to_byte)
    }

    fn luma(self, [r, g, b, _]: [u8; 4]) -> u8 {
        let (black, span) = self.luma_levels();
        let y = self.weigh([r, g, b].map(f32::from));
        to_byte(f32::from(black) + y * f32::from(span) / 255.0)
    }

    fn chroma(self, block: &[[[u8; 4]; 2]; 2]) -> (u8, u8) {
        let mean = |channel: usize| {
            block.as_flattened().iter().map(|pixel| f32::from(pixel[channel])).sum::<f32>() / 4.0
        };
        let [r, g, b] = [mean(0), mean(1), mean(2)];
        let y = self.weigh([r, g, b]);
        let scaled = |difference: f32, weight: f32| {
            to_byte(128.0 + difference / (2.0 * (1.0 - weight)) * self.chroma_span() / 255.0)
        };
        (scaled(b - y, self.blue_weight), scaled(r - y, self.red_weight))
    }

    fn weigh(self, [r, g, b]: [f32; 3]) -> f32 {
        let (kr, kb) = (self.red_weight, self.blue_weight);
        kr * r + (1.0 - kr - kb) * g + kb * b
    }

    fn chroma_span(self) -> f32 {
        if self.full_range { 255.0 } else { 224.0 }
    }
}

fn to_byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEANINGS: [YuvMeaning; 3] = [
        YuvMeaning { red_weight: 0.299, blue_weight: 0.114, full_range: false },
        YuvMeaning { red_weight: 0.299, blue_weight: 0.114, full_range: true },
        YuvMeaning { red_weight: 0.2126, blue_weight: 0.0722, full_range: false },
    ];

    #[test]
    fn flat_colors_survive_the_way_there_and_back() {
        for meaning in MEANINGS {
            for color in
                [[0, 0, 0, 255], [255, 255, 255, 255], [200, 30, 90, 255], [1, 254, 3, 255]]
            {
                let image = Rgba { width: 3, height: 3, pixels: [color; 9].concat() };
                let back = meaning.to_rgba(&meaning.to_yuv(&image));
                for (before, after) in image.pixels.iter().zip(&back.pixels) {
                    assert!(before.abs_diff(*after) <= 3, "{color:?} {before} {after}");
                }
            }
        }
    }

    #[test]
    fn black_and_white_lie_where_the_range_says() {
        for meaning in MEANINGS {
            let (black, span) = meaning.luma_levels();
            assert_eq!(meaning.rgb(black, 128, 128), [0; 3]);
            assert_eq!(meaning.rgb(black + span, 128, 128), [255; 3]);
            assert_eq!(meaning.luma([0, 0, 0, 0]), black);
            assert_eq!(meaning.luma([255, 255, 255, 0]), black + span);
        }
    }
}
