namespace Gdws.Data.Images.Jpeg;

/// <summary>
/// Decodes baseline, extended and progressive Huffman-coded JPEG images (ITU-T T.81) with 8 bits a sample: grey, YCbCr, RGB, CMYK and YCCK, any
/// sampling. Results equal libjpeg-turbo's to the bit. EXIF orientation is not applied, as torchvision doesn't either.
/// </summary>
/// <remarks>It is managed code without <c>unsafe</c>, so that a hostile image can't do more than be refused.</remarks>
internal sealed class JpegDecoder(byte[] data)
{
    // Ten are usual; each may visit every block, so a file of tiny scans would take for ever.
    private const int MaximumScans = 100;

    private const byte EndOfImage = 0xd9;

    private readonly HuffmanTable?[] _dcTables = new HuffmanTable?[4];
    private readonly HuffmanTable?[] _acTables = new HuffmanTable?[4];
    private readonly int[]?[] _quantization = new int[]?[4];
    private readonly Dictionary<JpegComponent, int[]> _usedQuantization = [];
    private JpegFrame? _frame;
    private int _restartInterval;
    private int _scans;
    private bool _isJfif;
    private int? _adobeTransform;

    /// <summary>Decodes the image.</summary>
    /// <exception cref="InvalidDataException">It is damaged or of a kind that isn't supported.</exception>
    public RgbImage Decode()
    {
        int position = 2;
        byte marker;
        while (TryFindMarker(ref position, out marker) && marker != EndOfImage)
        {
            if (marker is (>= 0xd0 and <= 0xd8) or 0x01)
                continue;
            if (position + 2 > data.Length)
                throw new InvalidDataException("it ended in a segment: the file is truncated");

            int length = (data[position] << 8) | data[position + 1];
            if (length < 2 || position + length > data.Length)
            {
                throw new InvalidDataException(
                    $"a segment at byte {position} declares {length} bytes, but {data.Length - position} are left: the file is " +
                    "truncated or damaged");
            }

            ReadOnlySpan<byte> segment = data.AsSpan(position + 2, length - 2);
            position += length;
            if (marker == 0xda)
                position = ReadScan(segment, position);
            else
                ReadSegment(marker, segment);
        }

        // A baseline image is whole without its last marker; of a progressive one, scans may be missing.
        if (marker != EndOfImage && _frame is { IsProgressive: true })
            throw new InvalidDataException("it ended without an end-of-image marker: the file is truncated");
        return Render();
    }

    private bool TryFindMarker(ref int position, out byte marker)
    {
        for (; position + 1 < data.Length; position++)
        {
            marker = data[position + 1];
            if (data[position] == 0xff && marker is not 0x00 and not 0xff)
            {
                position += 2;
                return true;
            }
        }

        marker = 0;
        return false;
    }

    private void ReadSegment(byte marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case 0xc0 or 0xc1 or 0xc2:
                if (_frame is not null)
                    throw new InvalidDataException("it has two frame headers");
                _frame = new JpegFrame(segment, isProgressive: marker == 0xc2, data.Length);
                break;
            case 0xc4:
                ReadHuffmanTables(segment);
                break;
            case >= 0xc3 and <= 0xcf and not 0xc8:
                throw new InvalidDataException(
                    $"its coding (SOF{marker - 0xc0}: lossless, hierarchical or arithmetic) isn't supported; save it as baseline or " +
                    "progressive JPEG");
            case 0xdb:
                ReadQuantizationTables(segment);
                break;
            case 0xdd:
                _restartInterval = segment.Length >= 2
                    ? (segment[0] << 8) | segment[1]
                    : throw new InvalidDataException("the restart interval is truncated");
                break;
            case 0xe0:
                _isJfif |= segment.StartsWith("JFIF\0"u8);
                break;
            case 0xee when segment.Length >= 12 && segment.StartsWith("Adobe"u8):
                _adobeTransform = segment[11];
                break;
        }
    }

    private void ReadHuffmanTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            int count = 0;
            foreach (byte codes in segment[1..17])
                count += codes;
            if (count > 256 || segment.Length < 17 + count || (segment[0] & 15) > 3 || segment[0] >> 4 > 1)
                throw new InvalidDataException("a Huffman table is damaged");
            HuffmanTable?[] tables = segment[0] >> 4 == 0 ? _dcTables : _acTables;
            tables[segment[0] & 15] = new HuffmanTable(segment[1..17], segment.Slice(17, count));
            segment = segment[(17 + count)..];
        }
    }

    private void ReadQuantizationTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            int bytes = segment[0] >> 4 == 0 ? 1 : 2;
            int id = segment[0] & 15;
            if (id > 3 || segment[0] >> 4 > 1 || segment.Length < 1 + (64 * bytes))
                throw new InvalidDataException("a quantization table is damaged");

            int[] table = new int[64];
            for (int i = 0; i < 64; i++)
                table[ZigZag.NaturalOrder[i]] = bytes == 1 ? segment[1 + i] : (segment[1 + (2 * i)] << 8) | segment[2 + (2 * i)];
            _quantization[id] = table;
            segment = segment[(1 + (64 * bytes))..];
        }
    }

    private int ReadScan(ReadOnlySpan<byte> header, int position)
    {
        JpegFrame frame = _frame ?? throw new InvalidDataException("a scan comes before the frame header");
        if (++_scans > MaximumScans)
            throw new InvalidDataException($"it has more than {MaximumScans} scans");

        int count = header.Length > 0 ? header[0] : 0;
        if (count is < 1 or > 4 || header.Length < 4 + (2 * count))
            throw new InvalidDataException("a scan header is damaged");
        int start = frame.IsProgressive ? header[1 + (2 * count)] : 0;
        int end = frame.IsProgressive ? header[2 + (2 * count)] : 63;
        int high = frame.IsProgressive ? header[3 + (2 * count)] >> 4 : 0;
        int low = frame.IsProgressive ? header[3 + (2 * count)] & 15 : 0;
        if (start > end || end > 63 || low > 13 || (frame.IsProgressive && start == 0 && end != 0) || (start > 0 && count != 1))
            throw new InvalidDataException($"a scan of {count} components declares coefficients {start} to {end} and bit {low}");

        (JpegComponent Component, HuffmanTable? Dc, HuffmanTable? Ac)[] parts = new (JpegComponent, HuffmanTable?, HuffmanTable?)[count];
        for (int i = 0; i < count; i++)
        {
            byte id = header[1 + (2 * i)];
            JpegComponent component = Array.Find(frame.Components, candidate => candidate.Id == id)
                ?? throw new InvalidDataException($"a scan is of component {id}, which the frame doesn't have");
            if (Array.Exists(parts, part => part.Component == component))
                throw new InvalidDataException($"a scan names component {id} twice");
            HuffmanTable? dc = _dcTables[header[2 + (2 * i)] >> 4 & 3];
            HuffmanTable? ac = _acTables[header[2 + (2 * i)] & 3];
            bool needsDc = start == 0 && high == 0;
            bool needsAc = end > 0;
            if ((needsDc && dc is null) || (needsAc && ac is null))
                throw new InvalidDataException($"a Huffman table of component {id} is missing");
            parts[i] = (component, dc, ac);
            component.IsScanned |= start == 0;

            // A table may be replaced between scans; the one that counts is that of the component's first scan.
            int[] quantization = _quantization[component.Quantization]
                ?? throw new InvalidDataException($"the quantization table of component {id} is missing");
            _usedQuantization.TryAdd(component, quantization);
        }

        JpegBitReader bits = new(data, position);
        new JpegScan(frame, parts, new BlockReader(start, end, high, low, frame.IsProgressive), bits, _restartInterval).Read();

        int next = bits.Position;
        if (bits.IsTruncated || (bits.IsExhausted && !TryFindMarker(ref next, out _)))
            throw new InvalidDataException("it ended in the middle of the image: the file is truncated");
        return bits.Position;
    }

    private RgbImage Render()
    {
        JpegFrame frame = _frame ?? throw new InvalidDataException("it has no frame header: the file is truncated");
        if (!Array.TrueForAll(frame.Components, component => component.IsScanned))
            throw new InvalidDataException("it ended before every component was told: the file is truncated");

        (int Horizontal, int Vertical) maximum = frame.MaximumSampling;
        bool isWhole = Array.TrueForAll(frame.Components, component =>
            maximum.Horizontal % component.Sampling.Horizontal == 0 && maximum.Vertical % component.Sampling.Vertical == 0);
        if (!isWhole)
            throw new InvalidDataException("the sampling of its components isn't a whole multiple of one another");

        SamplePlane[] planes = [.. frame.Components.Select(component => SamplePlane.Of(component, _usedQuantization[component]))];
        byte[][] rows = [.. planes.Select(_ => new byte[frame.UnitsPerRow * maximum.Horizontal * 8])];
        byte[] ids = [.. frame.Components.Select(component => component.Id)];
        JpegColors colors = ColorConversion.Guess(ids, _isJfif, _adobeTransform);

        byte[] pixels = new byte[3L * frame.Width * frame.Height];
        for (int y = 0; y < frame.Height; y++)
        {
            for (int i = 0; i < planes.Length; i++)
            {
                (int horizontal, int vertical) = frame.Components[i].Sampling;
                Upsampling.FillRow(planes[i], (maximum.Horizontal / horizontal, maximum.Vertical / vertical), y, rows[i]);
            }

            ColorConversion.ConvertRow(colors, rows, pixels.AsSpan(3 * y * frame.Width, 3 * frame.Width));
        }

        return new RgbImage(frame.Width, frame.Height, pixels);
    }
}
