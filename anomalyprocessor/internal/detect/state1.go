// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// The layout of version 1, which had means of a few, a dozen and many values as
// channels where there now is their sum, and no memory of episodes. The sum and its
// tails, and what recurs, are learnt anew.
type (
	state1 struct {
		Last, Interval, Suspect, N          int64
		Fresh, Run, Strides                 int32
		Habit, Jump                         float32
		Raw, Prev, Fast, Medium, Slow, Long float64
		Mix                                 [3]float64
		Burst, Shift, Drift                 float64
		Scale, LongScale, Span, Stride      float64
		VarFast, VarSlow                    float64
		Center, SeasonMean, Share, Cov, Var float64
		Tails                               [5][2]tail // of the point, three means, and the variance
		History                             history
	}
	incident1 struct {
		Begin              int64
		Told, Wild, Lean   bool
		Kind, Back         Kind
		N, Calm, Near      int32
		Above, Below       int32
		From, Slow, Long   float64
		Inside, Scale      float64
		Peak               float32
		SumY, SumTY, SumYY float64
	}
	home1 struct {
		At                 int64
		Level, Away, Scale float64
		Back               int32
	}
	profile1 struct {
		Period int64
		Sum    float64
		Num    float32
		Bucket int16
		Mark   uint8
		Noise  [phases]float32
		Mean   [buckets]float32
		Seen   [buckets]uint8 // the lower half: cycles
	}
)

// restore1 reads what version 1 wrote.
func (d *Detector) restore1(b []byte) ([]byte, error) {
	var s state1
	b, err := get(b, &s)
	if err != nil {
		return nil, err
	}
	d.state = s.now()
	i, b, err := getMaybe[incident1](b)
	if err != nil {
		return nil, err
	}
	if i != nil {
		d.incident = i.now(s.Last)
	}
	h, b, err := getMaybe[home1](b)
	if err != nil {
		return nil, err
	}
	if h != nil {
		d.home = &home{At: h.At, Level: h.Level, Away: h.Away, Scale: h.Scale, Back: h.Back}
	}
	return profilesOf(d, b, func(p *profile1) *profile {
		now := &profile{Period: p.Period, Sum: p.Sum, Num: p.Num, Bucket: p.Bucket, Noise: p.Noise, Mean: p.Mean}
		for b, seen := range p.Seen {
			now.Seen[b] = seen & cycles
		}
		return now
	})
}

func (s *state1) now() state {
	now := New(nil).state
	now.Last, now.Interval, now.Suspect, now.N, now.Changed = s.Last, s.Interval, s.Suspect, s.N, s.Last
	now.Settled = settled(s.N)
	now.Fresh, now.Run, now.Strides, now.Habit, now.Jump = s.Fresh, s.Run, s.Strides, s.Habit, s.Jump
	now.Raw, now.Prev, now.Fast, now.Medium, now.Slow, now.Long = s.Raw, s.Prev, s.Fast, s.Medium, s.Slow, s.Long
	now.Mix, now.Scale, now.LongScale, now.Span, now.Stride = s.Mix, s.Scale, s.LongScale, s.Span, s.Stride
	now.VarFast, now.VarSlow = s.VarFast, s.VarSlow
	now.Center, now.SeasonMean, now.Share, now.Cov, now.Var = s.Center, s.SeasonMean, s.Share, s.Cov, s.Var
	now.Tails[point], now.Tails[variance] = s.Tails[0], s.Tails[len(s.Tails)-1]
	now.History = s.History
	return now
}

func (i *incident1) now(last int64) *incident {
	return &incident{
		Begin: i.Begin, End: last, Told: i.Told, Wild: i.Wild, Lean: i.Lean, Kind: i.Kind, Back: i.Back,
		N: i.N, Calm: i.Calm, Near: i.Near, Above: i.Above, Below: i.Below,
		From: i.From, Slow: i.Slow, Long: i.Long, Inside: i.Inside, Far: i.Inside - i.From, Scale: i.Scale,
		Peak: i.Peak, SumY: i.SumY, SumTY: i.SumTY, SumYY: i.SumYY,
	}
}
