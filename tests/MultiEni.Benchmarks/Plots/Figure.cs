using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace MultiEni.Benchmarks.Plots;

/// <summary>Figures that look alike: readable on light and dark pages, without relying on colour.</summary>
internal static class Figure
{
    // Of Okabe and Ito, which people tell apart whatever colours they see
    // (https://jfly.uni-koeln.de/color/).
    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0x00, 0x72, 0xB2),
        OxyColor.FromRgb(0xD5, 0x5E, 0x00),
        OxyColor.FromRgb(0x00, 0x9E, 0x73),
        OxyColor.FromRgb(0xCC, 0x79, 0xA7),
    ];

    // Room in the legend for fonts that are wider than Arial, which a viewer may not have.
    private const string Spare = "      ";

    // What is smaller has no room for its number.
    private const double Labelled = 0.2;

    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    /// <summary>An empty figure.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="x">Title of the horizontal axis, with its unit.</param>
    /// <param name="y">Title of the vertical axis, with its unit.</param>
    public static PlotModel Create(string title, string x, string y)
    {
        var figure = Frame(title);
        figure.Axes.Add(Scale(AxisPosition.Bottom, x));
        figure.Axes.Add(Scale(AxisPosition.Left, y));
        return figure;
    }

    /// <summary>Adds a line.</summary>
    /// <param name="figure">To what.</param>
    /// <param name="name">Its name in the legend; null when it is not in it.</param>
    /// <param name="points">Its points, from left to right.</param>
    /// <param name="isBound">A bound is dashed; what was measured is not.</param>
    /// <param name="withMarkers">Whether the points are marked: where there are few.</param>
    public static void Add(PlotModel figure, string? name, IEnumerable<(double X, double Y)> points, bool isBound = false, bool withMarkers = false)
    {
        var number = figure.Series.Count;
        var line = new LineSeries
        {
            Title = name is null ? null : name + Spare,
            Color = isBound ? OxyColors.Gray : Colors[number % Colors.Length],
            LineStyle = isBound ? LineStyle.Dash : LineStyle.Solid,
            MarkerType = withMarkers ? Markers[number % Markers.Length] : MarkerType.None,
            MarkerSize = 4,
            MarkerFill = Colors[number % Colors.Length],
            StrokeThickness = 2,
        };
        line.Points.AddRange(points.Select(point => new DataPoint(point.X, point.Y)));
        figure.Series.Add(line);
    }

    /// <summary>Stacked bars.</summary>
    /// <param name="title">What they show.</param>
    /// <param name="unit">Title of the axis of values, with the unit.</param>
    /// <param name="bars">Names of the bars.</param>
    /// <param name="parts">Parts of each bar, with a value for each.</param>
    public static PlotModel Bars(
        string title,
        string unit,
        IReadOnlyList<string> bars,
        IReadOnlyList<(string Name, IReadOnlyList<double> Values)> parts
    )
    {
        var figure = Frame(title);
        // From the top down, as they are read.
        figure.Axes.Add(
            new CategoryAxis
            {
                Position = AxisPosition.Left,
                ItemsSource = bars,
                StartPosition = 1,
                EndPosition = 0,
                GapWidth = 0.4,
            }
        );
        figure.Axes.Add(Scale(AxisPosition.Bottom, unit));
        foreach (var (index, (name, values)) in parts.Index())
        {
            var series = new BarSeries
            {
                Title = name + Spare,
                IsStacked = true,
                FillColor = Colors[index % Colors.Length],
                StrokeColor = OxyColors.White,
                StrokeThickness = 1,
                LabelFormatString = values.Any(value => value >= Labelled) ? "{0:0.#}" : null,
                LabelPlacement = LabelPlacement.Middle,
                TextColor = OxyColors.White,
            };
            series.Items.AddRange(values.Select(value => new BarItem(value)));
            figure.Series.Add(series);
        }

        return figure;
    }

    private static PlotModel Frame(string title)
    {
        var figure = new PlotModel
        {
            Title = title,
            TitleFontSize = 15,
            TitleFontWeight = FontWeights.Normal,
            // Texts are measured as Arial.
            DefaultFont = "Arial",
            Background = OxyColors.White,
            PlotAreaBorderThickness = new OxyThickness(1, 0, 0, 1),
            Padding = new OxyThickness(24, 12, 24, 12),
        };
        figure.Legends.Add(
            new Legend
            {
                LegendPosition = LegendPosition.BottomCenter,
                LegendPlacement = LegendPlacement.Outside,
                LegendOrientation = LegendOrientation.Horizontal,
                LegendItemSpacing = 40,
                LegendMargin = 16,
            }
        );
        return figure;
    }

    private static LinearAxis Scale(AxisPosition position, string title) =>
        new()
        {
            Position = position,
            Title = title,
            AxisTitleDistance = 14,
            Minimum = 0,
            MinimumPadding = 0,
            MaximumPadding = 0.04,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = OxyColor.FromRgb(0xE5, 0xE5, 0xE5),
            StringFormat = "#,0.##",
        };
}
