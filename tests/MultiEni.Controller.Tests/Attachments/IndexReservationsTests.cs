using Microsoft.Extensions.Time.Testing;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class IndexReservationsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly IndexReservations _reservations;

    public IndexReservationsTests() => _reservations = new(_time);

    [Fact]
    public void An_index_that_somebody_is_about_to_take_is_free_for_nobody_else()
    {
        Assert.True(_reservations.TryReserve("i-1", 0, 2, "a"));

        Assert.False(_reservations.TryReserve("i-1", 0, 2, "b"));
        Assert.Equal([1, 2], Used("b"));
        Assert.Equal([1], Used("a"));
        _reservations.Release("a");
        Assert.Equal([1], Used("b"));
    }

    /// <summary>
    /// An ENI that is attached already is free for adoption unless another slot is adopting it.
    /// </summary>
    [Fact]
    public void What_others_reserved_is_told_apart_from_what_is_merely_in_use()
    {
        Assert.True(_reservations.TryReserve("i-1", 0, 2, "a"));
        _reservations.MarkTaken("i-1", 0, 3);

        Assert.Equal([2], _reservations.ReservedByOthers("i-1", 0, "b"));
        Assert.Empty(_reservations.ReservedByOthers("i-1", 0, "a"));
        Assert.Empty(_reservations.ReservedByOthers("i-1", 1, "b"));
        Assert.Equal([1, 2, 3], Used("b"));
    }

    /// <summary>
    /// Without it a description that is behind would have the same index tried every second.
    /// </summary>
    [Fact]
    public void An_index_that_EC2_refused_as_taken_is_left_alone_for_a_minute_whatever_descriptions_show()
    {
        _reservations.MarkTaken("i-1", 0, 2);

        Assert.Equal([1, 2], Used("a"));
        Assert.Empty(_reservations.InUse("i-2", 0, [], "a"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([1], Used("a"));
    }

    private IEnumerable<int> Used(string holder) => _reservations.InUse("i-1", 0, [new DeviceSlot(0, 1, "eni-1", Ours: false)], holder).Order();
}
