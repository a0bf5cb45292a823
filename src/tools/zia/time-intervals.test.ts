import { describe, expect, it } from 'vitest';
import { runTool } from '../run-tool.fixture.ts';

const lunch = { name: 'Lunch', start_time: 720, end_time: 780 };

describe('zia_create_time_interval', () => {
  it('sends minutes and days as the API names them', async () => {
    const { sent } = await runTool('zia_create_time_interval', { ...lunch, days_of_week: ['MON', 'TUE'] }, [{ id: 1 }]);
    expect(sent[0]?.body).toEqual({ name: 'Lunch', startTime: 720, endTime: 780, daysOfWeek: ['MON', 'TUE'] });
  });

  it.each([
    [{ ...lunch, days_of_week: ['Monday'] }, 'days_of_week must be a list of EVERYDAY, SUN, MON'],
    [{ ...lunch, days_of_week: [] }, 'days_of_week must be a list of EVERYDAY, SUN, MON'],
    [{ ...lunch, days_of_week: ['MON'], start_time: 1_440 }, 'start_time must be a whole number from 0 to 1439'],
  ])('rejects invalid days and times: %j', async (input, message) => {
    const { sent, error } = await runTool('zia_create_time_interval', input, [{}]);
    expect(sent).toEqual([]);
    expect(error).toMatchObject({ message: expect.stringContaining(message) as string });
  });
});
