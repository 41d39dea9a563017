/// Turn an upright image into the network's input, (1, 3, H, W) in [0, 1]: resize, cut out the center, divide by 255.
///
/// - Throws: `Failure` if the image is so elongated that it would not fit in memory after resizing.
public func preprocess(_ image: RGBImage, with contract: Preprocessing) throws -> Tensor {
    channelsFirst(try centerCrop(image, with: contract))
}

/// Resize an upright image to the smallest size of its aspect ratio that covers `resize`, and cut `crop` out of the center.
///
/// - Throws: `Failure` if the image is so elongated that it would not fit in memory after resizing.
public func centerCrop(_ image: RGBImage, with contract: Preprocessing) throws -> RGBImage {
    let (height, width) = resizedShape(
        height: image.height, width: image.width, coverHeight: contract.resize[0], coverWidth: contract.resize[1])
    guard height * width <= mostPixels else {
        throw Failure(
            "an image of \(image.width)x\(image.height) is too elongated", remedy: "cut out the part that matters first"
        )
    }
    let resized = image.resizedBicubic(width: width, height: height)
    let (cropHeight, cropWidth) = (contract.crop[0], contract.crop[1])
    return resized.cropped(
        left: halfToEven(width - cropWidth), top: halfToEven(height - cropHeight), width: cropWidth, height: cropHeight)
}

/// Subtract the mean and divide by the standard deviation, per channel, for artifacts that do not normalize.
public func normalize(_ batch: Tensor, with contract: Preprocessing) -> Tensor {
    let plane = batch.shape[2] * batch.shape[3]
    let values = batch.values.enumerated().map { index, value in
        let channel = index / plane % 3
        return (value - contract.mean[channel]) / contract.std[channel]
    }
    return Tensor(shape: batch.shape, values: values)
}

/// Return the smallest size of the same aspect ratio that covers the given one, rounded down.
private func resizedShape(height: Int, width: Int, coverHeight: Int, coverWidth: Int) -> (height: Int, width: Int) {
    if coverHeight * width >= coverWidth * height {
        return (coverHeight, max(coverWidth, coverHeight * width / height))
    }
    return (max(coverHeight, coverWidth * height / width), coverWidth)
}

/// Return half of a count, with halves rounded to even as in Python.
private func halfToEven(_ count: Int) -> Int {
    let half = count / 2
    return count % 2 == 0 || half % 2 == 0 ? half : half + 1
}

/// Return an image as (1, 3, H, W) in [0, 1].
func channelsFirst(_ image: RGBImage) -> Tensor {
    let plane = image.width * image.height
    var values = [Float](repeating: 0, count: plane * 3)
    for (index, pixel) in image.pixels.enumerated() {
        values[index % 3 * plane + index / 3] = Float(pixel) / 255
    }
    return Tensor(shape: [1, 3, image.height, image.width], values: values)
}

/// The maximum number of pixels of a resized image: 0.2 GB in RGB, a quarter of Python's, as phones have less memory.
private let mostPixels = 1 << 26
